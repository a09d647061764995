import { defineCommand } from "citty";
import type { Script, Tx } from "@/database/database";
import { CreateUser, type ManagedUser, Role } from "@/domain/managed-user";
import { type AccountTools, BY_COMMAND_LINE, openAccountTools } from "./account-tools";
import { WrongUsage } from "./usage";

const shared = {
  "data-dir": { type: "string", description: "folder of the database" },
  json: { type: "boolean", description: "print JSON" },
} as const;
const user = { type: "positional", required: true, description: "email or id of the account" } as const;

const list = defineCommand({
  meta: { name: "list", description: "List the accounts, oldest first" },
  args: { search: { type: "string", description: "only those with these words in email or name" }, ...shared },
  run: ({ args }) =>
    withTools(args["data-dir"], async ({ db, managedUsers }) => {
      const { items } = await db.read(() => managedUsers.list(db, args.search, { offset: 0, limit: Number.MAX_SAFE_INTEGER }));
      print(args.json ? JSON.stringify(items, null, 2) : items.map(lineOf).join("\n"));
    }),
});

const create = defineCommand({
  meta: { name: "create", description: "Make an account and print the link with which its owner chooses a password" },
  args: {
    email: { type: "positional", required: true, description: "the owner's address" },
    name: { type: "string", description: "the owner's name; else what stands before the @" },
    role: { type: "string", description: "admin or user (user)" },
    ...shared,
  },
  run: ({ args }) =>
    withTools(args["data-dir"], async ({ db, createUser }) => {
      const name = args.name ?? args.email.split("@")[0];
      const asked = CreateUser.safeParse({ email: args.email, name, role: roleOf(args.role ?? "user") });
      if (!asked.success) throw new WrongUsage("The email or the name is not one");
      const made = await db.transact((tx) => createUser(tx, BY_COMMAND_LINE, asked.data));
      print(args.json ? JSON.stringify(made, null, 2) : made.reset.reset_link);
      say(`Made an account for ${made.email} (${made.roles.join(", ")}). The link works once, until ${made.reset.expires_at}.`);
    }),
});

const role = defineCommand({
  meta: { name: "role", description: "Make someone an admin or a user" },
  args: { user, role: { type: "positional", required: true, description: "admin or user" }, ...shared },
  run: ({ args }) => {
    const wanted = roleOf(args.role);
    return change(args, (tools, tx, id) => tools.updateUser(tx, BY_COMMAND_LINE, id, { role: wanted }));
  },
});

const disable = defineCommand({
  meta: { name: "disable", description: "Sign someone out everywhere, and let them in no more" },
  args: { user, ...shared },
  run: ({ args }) => change(args, (tools, tx, id) => tools.updateUser(tx, BY_COMMAND_LINE, id, { status: "disabled" })),
});

const enable = defineCommand({
  meta: { name: "enable", description: "Let someone in again" },
  args: { user, ...shared },
  run: ({ args }) => change(args, (tools, tx, id) => tools.updateUser(tx, BY_COMMAND_LINE, id, { status: "active" })),
});

const remove = defineCommand({
  meta: { name: "delete", description: "Delete an account with its agents and sessions, or hand these over first" },
  args: { user, "transfer-to": { type: "string", description: "email or id of who gets the agents and sessions" }, ...shared },
  run: ({ args }) =>
    withTools(args["data-dir"], async ({ db, resolve, removeUser }) => {
      const to = args["transfer-to"];
      const { id, email } = await db.transact(function* (tx) {
        const gone = yield* resolve(tx, args.user);
        const heir = to === undefined ? undefined : yield* resolve(tx, to);
        yield* removeUser(tx, BY_COMMAND_LINE, gone.id, heir?.id);
        return gone;
      });
      if (args.json) print(JSON.stringify({ id }));
      say(`Deleted the account of ${email}.`);
    }),
});

const resetLink = defineCommand({
  meta: { name: "reset-link", description: "Print a link with which someone chooses a new password, once, within a day" },
  args: { user, ...shared },
  run: ({ args }) =>
    withTools(args["data-dir"], async ({ db, resolve, makeResetLink }) => {
      const { link, email } = await db.transact(function* (tx) {
        const { id, email } = yield* resolve(tx, args.user);
        return { link: yield* makeResetLink(tx, BY_COMMAND_LINE, id), email };
      });
      print(args.json ? JSON.stringify(link, null, 2) : link.reset_link);
      say(`With this link ${email} can choose a new password until ${link.expires_at}. An earlier one no longer works.`);
    }),
});

export const users = defineCommand({
  meta: { name: "users", description: "Look after accounts, also while the server runs" },
  subCommands: { list, create, role, disable, enable, delete: remove, "reset-link": resetLink },
});

type Change = (tools: AccountTools, tx: Tx, id: string) => Script<ManagedUser>;

const change = (args: { user: string; json?: boolean | undefined; "data-dir"?: string | undefined }, script: Change): Promise<void> =>
  withTools(args["data-dir"], async (tools) => {
    const changed = await tools.db.transact(function* (tx) {
      return yield* script(tools, tx, (yield* tools.resolve(tx, args.user)).id);
    });
    if (args.json) print(JSON.stringify(changed, null, 2));
    say(`${changed.email} is ${changed.status} (${changed.roles.join(", ")}).`);
  });

async function withTools(dataDir: string | undefined, use: (tools: AccountTools) => Promise<void>): Promise<void> {
  const tools = openAccountTools(dataDir);
  try {
    await use(tools);
  } finally {
    tools.db.close();
  }
}

function roleOf(text: string): Role {
  const role = Role.safeParse(text);
  if (!role.success) throw new WrongUsage("The role must be admin or user");
  return role.data;
}

/** Names are their owners' to choose: nothing in them may command a terminal. */
const lineOf = ({ id, email, roles, status, name }: ManagedUser): string =>
  [id, roles.join(","), status, email, name].map((field) => field.replace(/\p{C}/gu, "?")).join("\t");
const print = (text: string): void => void process.stdout.write(text === "" ? "" : `${text}\n`);
const say = (text: string): void => void process.stderr.write(`${text}\n`);
