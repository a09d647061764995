import type { User } from "@/domain/user";
import { type Client, createClient } from "./client";

/** Someone who is signed in: a client whose every request carries their token. */
export type Person = Client & { user: User; headers: { authorization: string }; refreshToken: string; password: string };

type Tokens = { access_token: string; refresh_token: string };

export const PASSWORD = "correct horse battery staple";

type Registered = { url: string; setupLink?: string | undefined };

/** Registers at a server of mode full; the first is its admin, and uses the link that the server may have printed for it. */
export async function register(app: Registered, name: string, extra: Record<string, unknown> = {}): Promise<Person> {
  const email = `${name.toLowerCase()}@example.com`;
  const setup = app.setupLink ? { setup_token: new URL(app.setupLink).searchParams.get("token") } : {};
  const answer = await createClient(app.url).post<Tokens>("/api/auth/register", { email, password: PASSWORD, name, ...setup, ...extra });
  if (answer.status !== 201) throw new Error(`${name} could not register: ${JSON.stringify(answer.body)}`);
  return person(app, answer.body, PASSWORD);
}

export async function signIn(app: { url: string }, email: string, password = PASSWORD): Promise<Person> {
  const answer = await createClient(app.url).post<Tokens>("/api/auth/login", { email, password });
  if (answer.status !== 200) throw new Error(`${email} could not sign in: ${JSON.stringify(answer.body)}`);
  return person(app, answer.body, password);
}

async function person({ url }: { url: string }, { access_token, refresh_token }: Tokens, password: string): Promise<Person> {
  const headers = { authorization: `Bearer ${access_token}` };
  const client = createClient(url, headers);
  const { body } = await client.get<User>("/api/auth/me");
  return { ...client, user: body, headers, refreshToken: refresh_token, password };
}
