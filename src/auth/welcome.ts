import type { AuthMode } from "@/config";
import { LOCAL_USER } from "@/domain/user";
import type { UserRow } from "./user-store";

/**
 * Whether someone whose identity is proven may come in. In mode admin that is one person alone. The local user of mode none has no way
 * in once there are accounts: whoever reached the machine could have made a key in its name.
 */
export const createIsWelcome =
  ({ mode, adminEmail }: { mode: AuthMode; adminEmail: string | undefined }) =>
  ({ id, email, status }: UserRow): boolean =>
    status === "active" && id !== LOCAL_USER.id && (mode === "full" || (mode === "admin" && email === adminEmail));

export type IsWelcome = ReturnType<typeof createIsWelcome>;
