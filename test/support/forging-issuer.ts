import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

/** An OpenID provider whose ID tokens can be made wrong in any way: `issuer.forge = (claims) => ({ ...claims, nonce: "another" })`. */
export async function forgingIssuer() {
  const right = await generateKeyPair("RS256");
  const wrong = await generateKeyPair("RS256");
  const nonces = new Map<string, string>();
  const issuer = {
    forge: (claims: JWTPayload): JWTPayload => claims,
    signsWithAnotherKey: false,
    signsWithTheSecret: false,
    /** What the way back carries besides the code and the state. */
    back: {} as Record<string, string>,
    requests: [] as string[],
  };

  const server: Bun.Server<undefined> = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request): Promise<Response> {
      const { pathname, searchParams } = new URL(request.url);
      issuer.requests.push(pathname);
      if (pathname === "/.well-known/openid-configuration") return Response.json(metadata());
      if (pathname === "/jwks") return Response.json({ keys: [{ ...(await exportJWK(right.publicKey)), kid: "one", alg: "RS256" }] });
      if (pathname === "/auth") {
        const code = crypto.randomUUID();
        nonces.set(code, searchParams.get("nonce")!);
        const back = new URL(searchParams.get("redirect_uri")!);
        for (const [name, value] of Object.entries({ code, state: searchParams.get("state")!, ...issuer.back }))
          back.searchParams.set(name, value);
        return Response.redirect(back.href, 302);
      }
      const nonce = nonces.get(new URLSearchParams(await request.text()).get("code") ?? "");
      return Response.json({ access_token: "at", token_type: "Bearer", expires_in: 60, id_token: await idToken(nonce) });
    },
  });
  const url: string = `http://localhost:${server.port}`;
  const metadata = () => ({
    issuer: url,
    authorization_endpoint: `${url}/auth`,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/jwks`,
    id_token_signing_alg_values_supported: ["RS256"],
  });

  function idToken(nonce: string | undefined): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const claims = issuer.forge({
      iss: url,
      aud: "google-client",
      sub: "109876543210",
      iat: now,
      exp: now + 300,
      nonce,
      email: "Ada@Example.com",
      email_verified: true,
      name: "Ada Lovelace",
      picture: "https://pictures.example/ada.png",
    });
    if (issuer.signsWithTheSecret)
      return new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256" })
        .sign(new TextEncoder().encode("canary-google-secret-of-enough-length"));
    return new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", kid: "one" })
      .sign(issuer.signsWithAnotherKey ? wrong.privateKey : right.privateKey);
  }

  return Object.assign(issuer, {
    env: {
      AUTH_GOOGLE_CLIENT_ID: "google-client",
      AUTH_GOOGLE_CLIENT_SECRET: "canary-google-secret-of-enough-length",
      AUTH_GOOGLE_ISSUER: url,
    },
    [Symbol.dispose]: () => void server.stop(true),
  });
}
