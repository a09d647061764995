import { register } from "../support/people";
import { median } from "../support/process-figures";
import { type Attack, type AttackClass, all, expectStatus, unless } from "./attack-class";
import { CANARIES } from "./canaries";
import type { World } from "./world";

/** Tries that are let through for one account from one address. */
const TRIES = 10;
const MEASURED = 9;

const from = (index: number): Record<string, string> => ({ "x-forwarded-for": `198.51.${100 + (index >> 8)}.${index & 255}` });

const login = ({ full }: World, body: unknown, headers: Record<string, string>) =>
  full.post<{ code: string }>("/api/auth/login", body, headers);

/** What is no address and password of anybody. */
const NO_LOGINS: unknown[] = [
  {},
  { email: "admin@example.com" },
  { email: { $ne: null }, password: { $ne: null } },
  { email: ["admin@example.com"], password: ["x"] },
  { email: "' OR '1'='1", password: "' OR '1'='1" },
  { email: "admin@example.com", password: true },
  { email: "admin@example.com", password: "" },
  { email: "admin@example.com\u0000", password: "x" },
  { email: "*", password: "*" },
  { email: "admin@example.com", password: "x".repeat(500_000) },
];

const WEAK = ["", "short", "password", "12345678", "qwertyuiop", "weak@example.com", "Weak Name", "        ", "x".repeat(1025)];

/** People who guess, and people who make accounts that are not theirs to make. */
export const passwords: AttackClass = {
  name: "passwords",
  atOnce: 1,
  attacks: async (world) => [
    sameAnswer(world),
    ...NO_LOGINS.map((body, index) => ({
      name: `a login with ${JSON.stringify(body).slice(0, 60)}`,
      run: async () => expectStatus((await login(world, body, from(1000 + index))).status, 400, 401),
    })),
    guessing(world, "one address", () => from(1)),
    guessing(world, "one address that names others before it", (index) => ({ "x-forwarded-for": `203.0.113.${index}, 198.51.100.2` })),
    spraying(world),
    flooding(world),
    ...WEAK.map((password) => ({
      name: `an account with the password ${password.slice(0, 20)}`,
      async run() {
        const account = { email: "weak@example.com", name: "Weak Name", password };
        return expectStatus((await world.full.post("/api/auth/register", account)).status, 400);
      },
    })),
    ...takenAddresses(world),
    moreThanAUser(world),
    ...badLinks(world),
  ],
};

/** The same words, and about the same time: what is measured is the middle of several, and only a great difference counts. */
const sameAnswer = (world: World): Attack => ({
  name: "an unknown address is told from a wrong password",
  async run() {
    const times: [number[], number[]] = [[], []];
    const answers = new Set<string>();
    for (let turn = 0; turn < MEASURED; turn++) {
      for (const [index, email] of [world.owner.user.email, "nobody@example.com"].entries()) {
        const begun = performance.now();
        const answer = await login(world, { email, password: CANARIES.wrongPassword }, from(2000 + turn));
        times[index]!.push(performance.now() - begun);
        answers.add(JSON.stringify([answer.status, answer.body, [...answer.headers.keys()]]));
      }
    }
    const ratio = median(times[0]) / median(times[1]);
    return all(
      unless(answers.size === 1, `the answers differ: ${[...answers].join(" ")}`),
      unless(ratio > 0.5 && ratio < 2, `one takes ${ratio.toFixed(2)} times as long as the other`),
    );
  },
});

const guessing = (world: World, who: string, headersOf: (index: number) => Record<string, string>): Attack => ({
  name: `guessing from ${who}`,
  async run() {
    const victim = await register(world.full, `Victim${crypto.randomUUID().slice(0, 8)}`);
    const statuses: number[] = [];
    for (let guess = 0; guess <= TRIES; guess++)
      statuses.push((await login(world, { email: victim.user.email, password: `guess ${guess}` }, headersOf(guess))).status);
    const right = await login(world, { email: victim.user.email.toUpperCase(), password: victim.password }, headersOf(TRIES + 1));
    return all(expectStatus(statuses.at(-1)!, 429), expectStatus(right.status, 429));
  },
});

/** Fifty at once; what comes back while they are tried is one every six seconds. */
const spraying = (world: World): Attack => ({
  name: "one password on many accounts",
  async run() {
    for (let index = 0; index <= TRIES * 10; index++) {
      const { status } = await login(world, { email: `sprayed${index}@example.com`, password: "Summer2026!" }, from(3));
      if (status === 429) return null;
    }
    return "nobody was turned away";
  },
});

/** Hashing is dear: whoever asks for a lot of it at once is turned away, and others are answered as before. */
const flooding = (world: World): Attack => ({
  name: "300 logins at once",
  async run() {
    const tries = Array.from({ length: 300 }, (_, index) =>
      login(world, { email: `f${index}@example.com`, password: "x" }, from(4000 + index)),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    return all(
      unless(
        statuses.every((status) => status === 401 || status === 503),
        `some were answered ${[...new Set(statuses)].join(" ")}`,
      ),
      unless(statuses.includes(503), "nobody was turned away"),
    );
  },
});

const takenAddresses = (world: World): Attack[] =>
  [
    "owner@example.com",
    "OWNER@EXAMPLE.COM",
    " owner@example.com ",
    "owner@example.com\n",
    "ow\u0000ner@example.com",
    "\uFF4Fwner@example.com",
  ].map((email) => ({
    name: `an account for ${JSON.stringify(email)}, which is somebody's`,
    async run() {
      const { status } = await world.full.post("/api/auth/register", { email, name: "Twin", password: "a password of the twin" });
      return expectStatus(status, 409, 400);
    },
  }));

/** Nobody makes themselves more than they are. */
const moreThanAUser = (world: World): Attack => ({
  name: "an account that says it is an admin's",
  async run() {
    const name = `Climber${crypto.randomUUID().slice(0, 8)}`;
    const claims = { roles: ["admin"], role: "admin", is_admin: true, status: "active", setup_token: "x", __proto__: { roles: ["admin"] } };
    const climber = await register(world.full, name, claims);
    await climber.call("PATCH", "/api/auth/me", { roles: ["admin"], role: "admin", email: "admin@example.com" });
    const users = await climber.get("/v1/users");
    const me = (await climber.get<{ roles: string[]; email: string }>("/api/auth/me")).body;
    const isAsBefore = me.roles.join() === "user" && me.email.startsWith("climber");
    return all(expectStatus(users.status, 403), unless(isAsBefore, `is ${JSON.stringify(me)}`));
  },
});

const badLinks = (world: World): Attack[] =>
  ["", "x", "0".repeat(43), "../../etc/passwd", "' OR 1=1 --", "a".repeat(100_000)].flatMap((token) => [
    {
      name: `a new password by the link ${token.slice(0, 20)}`,
      run: async () =>
        expectStatus((await world.full.post("/api/auth/reset-password", { token, password: "a password of a thief" })).status, 400),
    },
    {
      name: `a login anew by ${token.slice(0, 20)}`,
      run: async () => expectStatus((await world.full.post("/api/auth/refresh", { refresh_token: token })).status, 401, 400),
    },
  ]);
