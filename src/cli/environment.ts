import { withConfigFile } from "@/config/config-file";
import type { Environment } from "@/config/read-variable";

/** What the variables of this process and the configuration file say together. Throws `StartRefused`. */
export const environment = (): Environment => withConfigFile(process.env);
