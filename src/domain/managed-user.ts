import { z } from "zod";
import { Timestamp } from "./common";
import { User } from "./user";

export const Role = z.enum(["admin", "user"]);
export type Role = z.infer<typeof Role>;

/** An account as admins see it. */
export const ManagedUser = User.extend({
  status: z.enum(["active", "disabled"]),
  email_verified: z
    .boolean()
    .meta({ description: "A provider or an admin says that the address is theirs: such an account can be linked by it." }),
  has_password: z.boolean(),
  providers: z.array(z.string()).meta({ description: "The OAuth providers that they sign in with." }),
  created_at: Timestamp,
}).meta({ id: "ManagedUser" });
export type ManagedUser = z.infer<typeof ManagedUser>;

const Name = z.string().trim().min(1).max(255);
const NewPassword = z.string().min(8).max(1000);
const Roles = z.array(Role).min(1).max(2);

export const CreateUser = z
  .object({
    email: z.email().max(320),
    name: Name,
    role: Role.optional().meta({ description: "The same as `roles` with this one." }),
    roles: Roles.optional(),
    email_verified: z.boolean().default(false),
  })
  .meta({ id: "CreateUser" });
export type CreateUser = z.infer<typeof CreateUser>;

export const UpdateUser = z
  .object({
    name: Name.optional(),
    role: Role.optional().meta({ description: "The same as `roles` with this one." }),
    roles: Roles.optional(),
    status: z.enum(["active", "disabled"]).optional(),
    email_verified: z.boolean().optional(),
  })
  .meta({ id: "UpdateUser" });
export type UpdateUser = z.infer<typeof UpdateUser>;

/** Whoever opens it chooses a new password, once. */
export const ResetLink = z
  .object({ reset_link: z.string(), reset_token: z.string(), expires_at: Timestamp })
  .meta({ id: "ResetLink", description: "Shown once. `reset_token` is for a client with a page of its own." });
export type ResetLink = z.infer<typeof ResetLink>;

export const NewManagedUser = ManagedUser.extend({ reset: ResetLink }).meta({ id: "NewManagedUser" });
export type NewManagedUser = z.infer<typeof NewManagedUser>;

/** What people change of their own account. */
export const UpdateMe = z
  .object({
    name: Name.optional(),
    password: NewPassword.nullish(),
    current_password: z.string().max(1000).nullish().meta({ description: "Needed with `password`." }),
  })
  .meta({ id: "UpdateMe" });
export type UpdateMe = z.infer<typeof UpdateMe>;

export const ResetPassword = z.object({ token: z.string().max(200), password: NewPassword }).meta({ id: "ResetPassword" });
export type ResetPassword = z.infer<typeof ResetPassword>;
