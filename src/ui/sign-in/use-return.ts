import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { meQuery } from "@/ui/api/queries";
import { takePath } from "./return-path";

/** Whoever comes back from a provider stands at the start: leads on to where they wanted to go. */
export function useReturn(): void {
  const { data: me } = useQuery(meQuery());
  const { history } = useRouter();
  useEffect(() => {
    if (!me) return;
    const path = takePath();
    if (path !== null && location.pathname === "/") history.replace(path);
  }, [me, history]);
}
