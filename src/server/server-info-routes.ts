import { adminOf } from "@/auth/admin-only";
import { ServerInfo } from "@/domain/server-info";
import { doc, resource } from "@/http/resource";

type Parts = { info: () => Omit<ServerInfo, "database_bytes">; databaseBytes: () => number };

/** Names a folder of this machine, so that it is for admins alone. */
export const serverInfoRoutes = ({ info, databaseBytes }: Parts) =>
  resource("/v1/server", "server").get(
    "",
    ({ request }): ServerInfo => {
      adminOf(request, "see how the server is set up");
      return { ...info(), database_bytes: databaseBytes() };
    },
    {
      detail: doc({
        operationId: "getServerInfo",
        summary: "Where the server keeps its data, and how it runs",
        answers: { 200: ServerInfo },
      }),
    },
  );
