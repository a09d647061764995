/** Promises broken on purpose, so that the suite can show that it notices. */
export const BROKEN = ["open-door", "any-origin", "inside-listed", "talkative"] as const;
export type Broken = (typeof BROKEN)[number];

type Front = {
  url: string;
  /** Whom everyone is taken for from now on; null, and the door is shut again. */
  actAs(headers: { authorization: string } | null): void;
  stop(): Promise<void>;
};

/**
 * Stands in front of a server and breaks one promise: `open-door` lets everyone in as the admin, `any-origin` hides where a request
 * comes from, `talkative` repeats what was sent and takes the headers away that tell browsers what an answer is.
 */
export function standInFront(url: string, broken: Exclude<Broken, "inside-listed">): Front {
  let admin: { authorization: string } | null = null;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      // Under a strange Host the address is none that can be parsed.
      const path = request.url.replace(/^https?:\/\/[^/]*/, "");
      const headers = new Headers(request.headers);
      headers.delete("host");
      headers.set("accept-encoding", "identity");
      if (broken === "any-origin") for (const name of ["origin", "sec-fetch-site", "sec-fetch-mode"]) headers.delete(name);
      const isGuarded = /^\/(v1|api)\//.test(path);
      if (broken === "open-door" && admin && isGuarded) headers.set("authorization", admin.authorization);
      const body = request.body === null ? null : await request.bytes();
      const answer = await fetch(url + path, {
        method: request.method,
        headers,
        body,
        redirect: "manual",
        signal: request.signal,
      });
      if (broken !== "talkative") return new Response(answer.body, answer);
      const said = answer.status < 400 ? answer.body : `${await answer.text()} ${body === null ? "" : new TextDecoder().decode(body)}`;
      return new Response(said, { status: answer.status, headers: { "content-type": "text/html" } });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    actAs(headers) {
      admin = headers;
    },
    stop: () => server.stop(true),
  };
}
