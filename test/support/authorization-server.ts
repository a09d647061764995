import { join } from "node:path";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { addressIn } from "./openid-provider";

/** A real authorization server on a free port: `await using server = await authorizationServer()`. */
export async function authorizationServer({ tokenSeconds = 3600, registration = true } = {}) {
  const robot = { client_id: "robot", client_secret: "canary-robot-secret-of-enough-length" };
  const child = Bun.spawn([process.execPath, "run", join(import.meta.dir, "authorization-server-process.ts")], {
    env: {
      PATH: process.env.PATH!,
      ROBOT_SECRET: robot.client_secret,
      TOKEN_SECONDS: String(tokenSeconds),
      REGISTRATION: registration ? "on" : "off",
    },
    stdout: "pipe",
    stderr: "ignore",
  });
  const issuer = await addressIn(child.stdout);
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
  return {
    issuer,
    robot,
    /** Whether the token was given out for this resource, and is not over. */
    isGood: (token: string, resource: string): Promise<boolean> =>
      jwtVerify(token, keys, { issuer, audience: resource }).then(
        ({ payload }) => payload.scope === "tools:call",
        () => false,
      ),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
