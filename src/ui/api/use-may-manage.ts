import { useQuery } from "@tanstack/react-query";
import { meQuery } from "./queries";

/** Whether the person may change what is there for all: providers, servers, settings. True until it is known; the server decides. */
export function useMayManage(): boolean {
  const { data: me } = useQuery(meQuery());
  return me?.roles.includes("admin") ?? true;
}
