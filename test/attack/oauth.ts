import type { JWTPayload } from "jose";
import { createBrowser } from "../support/browser";
import { type Attack, type AttackClass, all, expectStatus, unless } from "./attack-class";
import { PUBLIC_URL, type World } from "./world";

const PROVIDERS = ["google", "github"] as const;
type Provider = (typeof PROVIDERS)[number];
type Browser = ReturnType<typeof createBrowser>;

const newBrowser = ({ full }: World): Browser => createBrowser({ [new URL(PUBLIC_URL).host]: full.url });

/** Goes to the provider and comes back, up to the last step. */
const begin = (browser: Browser, provider: Provider): Promise<URL> =>
  browser.follow(`${PUBLIC_URL}/api/auth/oauth/${provider}`, ({ pathname }) => pathname.startsWith("/api/auth/callback/"));

/** Nobody is signed in, and nothing of what came is repeated. */
async function refused(browser: Browser, back: URL, ...statuses: number[]): Promise<string | null> {
  const { status, text, headers } = await browser.visit(back);
  return all(
    expectStatus(status, ...statuses),
    unless(!/(access|refresh)_token=[^;]/.test(headers.getSetCookie().join()), "somebody is signed in"),
    unless(!/@example|code=|state=|canary/.test(text), `says ${text.slice(0, 100)}`),
  );
}

const CHANGED: Record<string, (query: URLSearchParams) => void> = {
  "another state": (query) => query.set("state", "another"),
  "no state": (query) => query.delete("state"),
  "two states": (query) => query.append("state", query.get("state")!),
  "no code": (query) => query.delete("code"),
  "another code": (query) => query.set("code", "another"),
  "two codes": (query) => query.append("code", "another"),
  "another issuer": (query) => query.set("iss", "https://evil.example"),
  "a refusal": (query) => query.set("error", "access_denied"),
};

/** ID tokens of a provider, made wrong. */
const FORGED: Record<string, JWTPayload> = {
  "another nonce": { nonce: "another" },
  "no nonce": { nonce: undefined },
  "another issuer": { iss: "https://evil.example" },
  "another client": { aud: "somebody-else" },
  "two clients": { aud: ["google-client", "somebody-else"] },
  "an end that is past": { exp: 1_700_000_000 },
  "no end": { exp: undefined },
  nobody: { sub: undefined },
  "an address that is not verified": { sub: "new1", email: "owner@example.com", email_verified: false },
  "an address that is verified in words only": { sub: "new2", email: "owner@example.com", email_verified: "false" },
  "no address": { sub: "new3", email: undefined },
};

/** Ways back from a provider that are not the way that was begun, in the browser that began it. */
export const oauth: AttackClass = {
  name: "oauth",
  atOnce: 1,
  attacks: async (world) => [
    ...PROVIDERS.flatMap((provider) => [
      ...Object.entries(CHANGED).map(
        ([name, change]): Attack => ({
          name: `${provider}: back with ${name}`,
          async run() {
            const browser = newBrowser(world);
            const back = await begin(browser, provider);
            change(back.searchParams);
            return refused(browser, back, 400);
          },
        }),
      ),
      {
        name: `${provider}: back in another browser`,
        async run() {
          const back = await begin(newBrowser(world), provider);
          const other = newBrowser(world);
          await begin(other, provider);
          return all(await refused(newBrowser(world), back, 400), await refused(other, back, 400));
        },
      },
      {
        name: `${provider}: the code of someone else's sign-in`,
        async run() {
          const theirs = await begin(newBrowser(world), provider);
          const browser = newBrowser(world);
          const back = await begin(browser, provider);
          back.searchParams.set("code", theirs.searchParams.get("code")!);
          return refused(browser, back, 400);
        },
      },
      aSecondTime(world, provider),
      staysHere(world, provider),
    ]),
    ...Object.entries(FORGED).map(
      ([name, claims]): Attack => ({
        name: `google: an ID token with ${name}`,
        run: () => forging(world, () => Object.assign(world.google, { forge: (right: JWTPayload) => ({ ...right, ...claims }) })),
      }),
    ),
    ...(["signsWithAnotherKey", "signsWithTheSecret"] as const).map(
      (way): Attack => ({
        name: `google: an ID token that ${way}`,
        run: () => forging(world, () => Object.assign(world.google, { [way]: true })),
      }),
    ),
    ...["nobody", "__proto__", "..%2f..%2f", "google%0d%0ax-evil:1", "%00"].map(
      (provider): Attack => ({
        name: `an unknown provider: ${provider}`,
        async run() {
          const answers = await Promise.all(["oauth", "callback"].map((step) => world.full.get(`/api/auth/${step}/${provider}`)));
          return all(
            ...answers.map(({ status, headers }) => all(expectStatus(status, 404), unless(!headers.has("x-evil"), "sets a header"))),
          );
        },
      }),
    ),
  ],
};

async function forging(world: World, forge: () => void): Promise<string | null> {
  const browser = newBrowser(world);
  forge();
  try {
    return await refused(browser, await begin(browser, "google"), 400, 403);
  } finally {
    Object.assign(world.google, { forge: (claims: JWTPayload) => claims, signsWithAnotherKey: false, signsWithTheSecret: false });
  }
}

const aSecondTime = (world: World, provider: Provider): Attack => ({
  name: `${provider}: back a second time`,
  async run() {
    const browser = newBrowser(world);
    const back = await begin(browser, provider);
    const { name, value, path } = browser.cookies().find((cookie) => cookie.name === `oauth_${provider}`)!;
    const first = await browser.visit(back);
    browser.keep(`${name}=${value}; Path=${path}`, new URL(PUBLIC_URL).host);
    return all(
      expectStatus(first.status, 303),
      unless(first.location?.pathname === "/", "leads elsewhere"),
      await refused(browser, back, 400),
    );
  },
});

/** Where people are sent back to is the configuration's to say, whatever the request says. */
const staysHere = (world: World, provider: Provider): Attack => ({
  name: `${provider}: a way back that leads elsewhere`,
  async run() {
    const wishes = "redirect_uri=https://evil.example/&next=//evil.example&return_to=https://evil.example&state=mine&code_challenge=x";
    const forwarded = { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https", forwarded: "host=evil.example" };
    const { headers } = await world.full.get(`/api/auth/oauth/${provider}?${wishes}`, forwarded);
    const query = new URL(headers.get("location")!).searchParams;
    const cookie = headers.getSetCookie().join();
    return all(
      unless(query.get("redirect_uri") === `${PUBLIC_URL}/api/auth/callback/${provider}`, `leads to ${query.get("redirect_uri")}`),
      unless((query.get("state")?.length ?? 0) >= 16 && query.get("state") !== "mine", "the state can be guessed"),
      unless(query.get("code_challenge_method") === "S256" && query.get("code_challenge") !== "x", "the code is bound to nothing"),
      unless(/HttpOnly/i.test(cookie) && /SameSite=Lax/i.test(cookie), `the cookie is ${cookie}`),
    );
  },
});
