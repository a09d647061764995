import type { Socket } from "bun";

type Pair = { upstream: Socket<unknown> | null; early: Uint8Array[]; isStream: boolean; isFrozen: boolean };

/**
 * A way to a server of this machine (which must know its address, by `AUTH_BASE_URL`) that fails as networks do: `freeze()` makes the event streams that are open fall silent for good without
 * closing them, as a phone's do while it sleeps; `cut()` closes everything and refuses what is new, until `mend()`.
 */
export function flakyNetwork() {
  let port = 0;
  const open = new Set<Socket<Pair>>();
  let isCut = false;
  const listener = Bun.listen<Pair>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(client) {
        client.data = { upstream: null, early: [], isStream: false, isFrozen: false };
        if (isCut) return void client.terminate();
        open.add(client);
        void Bun.connect({
          hostname: "127.0.0.1",
          port,
          socket: {
            open(upstream) {
              client.data.upstream = upstream;
              for (const bytes of client.data.early.splice(0)) upstream.write(bytes);
            },
            data: (_, bytes) => void (client.data.isFrozen || client.write(bytes)),
            close: () => void (client.data.isFrozen || client.end()),
          },
        }).catch(() => client.end());
      },
      data(client, bytes) {
        const pair = client.data;
        pair.isStream ||= /^GET \S+\/events\?/.test(Buffer.from(bytes).toString("latin1"));
        if (pair.isFrozen) return;
        if (pair.upstream) pair.upstream.write(bytes);
        else pair.early.push(bytes);
      },
      close(client) {
        open.delete(client);
        client.data.upstream?.end();
      },
    },
  });
  return {
    url: `http://localhost:${listener.port}`,
    leadTo(target: string) {
      port = Number(new URL(target).port);
    },
    freeze() {
      for (const { data } of open) data.isFrozen ||= data.isStream;
    },
    cut() {
      isCut = true;
      for (const client of open) client.terminate();
    },
    mend() {
      isCut = false;
    },
    [Symbol.dispose]: () => listener.stop(true),
  };
}
