import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { meQuery } from "@/ui/api/queries";
import { Loading } from "@/ui/parts/loading";
import { takePath } from "./return-path";

/** Stands at the addresses of the way in for whoever is in already: leads on to where they wanted to go. */
export function Arrived() {
  const { data: me } = useQuery(meQuery());
  const { history } = useRouter();
  useEffect(() => {
    if (me) history.replace(takePath() ?? "/");
  }, [me, history]);
  return <Loading />;
}
