import { z } from "zod";
import { Timestamp } from "./common";

/** What whoever runs a server wants to know of it. */
export const ServerInfo = z
  .object({
    version: z.string(),
    auth_mode: z.enum(["none", "admin", "full"]),
    url: z.string().meta({ description: "The address under which people reach it." }),
    data_dir: z.string().meta({ description: "Where everything is kept; back up this folder with `everruns backup`." }),
    database_bytes: z.int(),
    started_at: Timestamp,
  })
  .meta({ id: "ServerInfo" });
export type ServerInfo = z.infer<typeof ServerInfo>;
