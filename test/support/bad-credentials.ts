import { decodeJwt, SignJWT } from "jose";

type Headers = Record<string, string>;

type Known = {
  /** What signs the server's tokens. */
  secret: string;
  /** A good pair of someone's. */
  accessToken: string;
  refreshToken: string;
};

const bearerOf = (token: string): Headers => ({ authorization: `Bearer ${token}` });

/** A token like the server's own but for what is changed; undefined takes a claim away. */
export async function forged({ secret, accessToken }: Known, { alg = "HS256", ...changes }: Record<string, unknown>): Promise<Headers> {
  const claims = { ...decodeJwt(accessToken), ...changes };
  for (const [name, value] of Object.entries(claims)) if (value === undefined) delete claims[name];
  return bearerOf(await new SignJWT(claims).setProtectedHeader({ alg: alg as string }).sign(new TextEncoder().encode(secret)));
}

const unsigned = (token: string, alg: string): string => {
  const head = Buffer.from(JSON.stringify({ alg, typ: "JWT" })).toString("base64url");
  return `${head}.${token.split(".")[1]}.`;
};

const UNKNOWN_ID = "0199a3b1-1111-7222-8333-944455556666";

/** What nobody may pass for someone with, made from a good pair of tokens and the very secret that signed them. */
export async function badCredentials(known: Known): Promise<[who: string, headers: Headers][]> {
  const { secret, accessToken, refreshToken } = known;
  const foreignKey = (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"])) as CryptoKeyPair;
  const { sub } = decodeJwt(accessToken);
  return [
    ["a stranger", {}],
    ["a refresh token", bearerOf(refreshToken)],
    ["a refresh token as the access cookie", { cookie: `access_token=${refreshToken}` }],
    ["a token without a signature", bearerOf(unsigned(accessToken, "none"))],
    ["a token that claims another algorithm", bearerOf(unsigned(accessToken, "RS256"))],
    ["a token signed by HS384", await forged(known, { alg: "HS384" })],
    ["a token signed by HS512", await forged(known, { alg: "HS512" })],
    [
      "a token signed by ES256",
      bearerOf(await new SignJWT({ sub: sub!, typ: "access" }).setProtectedHeader({ alg: "ES256" }).sign(foreignKey.privateKey)),
    ],
    ["a token signed with another secret", await forged({ ...known, secret: `${secret}!` }, {})],
    ["a token of another issuer", await forged(known, { iss: "someone" })],
    ["a token for another audience", await forged(known, { aud: "someone" })],
    ["a token of another type", await forged(known, { typ: "oauth_state" })],
    ["a token without a type", await forged(known, { typ: undefined })],
    ["a token without an end", await forged(known, { exp: undefined })],
    ["a token that has ended", await forged(known, { iat: 1_700_000_000, exp: 1_700_000_900 })],
    ["a token without a login", await forged(known, { sid: undefined })],
    ["a token of a login that never was", await forged(known, { sid: UNKNOWN_ID })],
    ["a key that never was", { authorization: `evr_${"0".repeat(64)}` }],
    ["another scheme", { authorization: "Basic YTpi" }],
  ];
}
