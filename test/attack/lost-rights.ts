import { readStream } from "../support/client";
import { type Person, register, signIn } from "../support/people";
import { type Attack, type AttackClass, within } from "./attack-class";
import type { World } from "./world";

/** What someone may still see after they have lost the right to. */
const LONGEST_MS = 1000;

type Watched = { person: Person; sessionId: string; path: string };

/** How a right is lost, and who watches with which credential until then. */
type Loss = (world: World, watched: Watched) => Promise<{ headers: Record<string, string>; lose: () => Promise<unknown> }>;

const LOSSES: Record<string, Loss> = {
  "signing out": async ({ full }, { person }) => {
    const login = await signIn(full, person.user.email);
    return { headers: login.headers, lose: () => login.post("/api/auth/logout", undefined) };
  },
  "the deletion of a key": async (_, { person }) => {
    const { id, key } = (await person.post<{ id: string; key: string }>("/api/auth/api-keys", { name: "key" })).body;
    return { headers: { authorization: key }, lose: () => person.call("DELETE", `/api/auth/api-keys/${id}`) };
  },
  "another password": async ({ full }, { person }) => {
    const login = await signIn(full, person.user.email);
    const change = { password: "another password altogether", current_password: person.password };
    return { headers: login.headers, lose: () => person.call("PATCH", "/api/auth/me", change) };
  },
  "a refresh token's second use": async ({ full }, { person }) => {
    const { refreshToken } = await signIn(full, person.user.email);
    const refresh = async (refresh_token: string) =>
      (await full.post<{ access_token: string; refresh_token: string }>("/api/auth/refresh", { refresh_token })).body;
    const newest = await refresh((await refresh(refreshToken)).refresh_token);
    return { headers: { authorization: `Bearer ${newest.access_token}` }, lose: () => refresh(refreshToken) };
  },
  "being disabled": async ({ admin }, { person }) => ({
    headers: person.headers,
    lose: () => admin.call("PATCH", `/v1/users/${person.user.id}`, { status: "disabled" }),
  }),
  "being deleted": async ({ admin }, { person }) => ({
    headers: person.headers,
    lose: () => admin.call("DELETE", `/v1/users/${person.user.id}`),
  }),
  "the deletion of the session": async (_, { person, path }) => ({
    headers: person.headers,
    lose: () => person.call("DELETE", path),
  }),
  "an admin's role that is taken": async ({ full, admin }) => {
    const second = await register(full, `Second${crypto.randomUUID().slice(0, 8)}`);
    const setRole = (role: string) => admin.call("PATCH", `/v1/users/${second.user.id}`, { role });
    await setRole("admin");
    return { headers: second.headers, lose: () => setRole("user") };
  },
};

const streamsOf = ({ sessionId, path }: Watched): string[] => [`${path}/events`, `/v1/sessions/${sessionId}/sse`];

/** Whoever loses a right sees nothing more, also where they have been looking already. */
export const lostRights: AttackClass = {
  name: "lost rights",
  atOnce: 4,
  attacks: async (world) =>
    Object.entries(LOSSES).flatMap(([name, loss]) =>
      [0, 1].map(
        (index): Attack => ({
          name: `after ${name}, stream ${index + 1}`,
          async run() {
            const person = await register(world.full, `Loser${crypto.randomUUID().slice(0, 8)}`);
            const session = await person.createSession((await person.createAgent()).id);
            const watched = { person, sessionId: session.id, path: session.path };
            const { headers, lose } = await loss(world, watched);
            const stop = new AbortController();
            const stream = await fetch(world.full.url + streamsOf(watched)[index]!, { headers, signal: stop.signal });
            if (stream.status !== 200) return `the stream was answered ${stream.status} before`;
            await lose();
            try {
              await within(LONGEST_MS, Array.fromAsync(readStream(stream)));
              return null;
            } catch (error) {
              return `the stream is still open: ${error}`;
            } finally {
              stop.abort();
            }
          },
        }),
      ),
    ),
};
