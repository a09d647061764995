/** A chat with a server as a page keeps it: one event stream that stays open, and messages. */
export class Chat {
  private constructor(
    private readonly address: string,
    private readonly reader: ReadableStreamDefaultReader<Uint8Array>,
  ) {}

  private readonly decoder = new TextDecoder();
  private text = "";

  static async open(url: string, agentId: string): Promise<Chat> {
    const session = await send<{ id: string }>("POST", `${url}/v1/agents/${agentId}/sessions`, {});
    const address = `${url}/v1/agents/${agentId}/sessions/${session.id}`;
    const stream = await fetch(`${address}/events`);
    return new Chat(address, stream.body!.getReader());
  }

  /** Says something and waits until the stream tells that its turn is done. */
  async turn(): Promise<void> {
    await send("POST", `${this.address}/messages`, { message: { content: "What time is it?" } });
    for (;;) {
      const end = /event: turn\.(\w+)\ndata: (.*)\n\n/.exec(this.text.slice(Math.max(0, this.text.lastIndexOf("event: turn."))));
      if (end?.[1] === "completed") {
        this.text = "";
        return;
      }
      if (end?.[1] === "failed") throw new Error(`A turn failed: ${end[2]}`);
      const { value, done } = await this.reader.read();
      if (done) throw new Error("The stream ended before the turn did");
      this.text += this.decoder.decode(value, { stream: true });
    }
  }

  async close(): Promise<void> {
    await this.reader.cancel();
  }
}

export async function send<Body>(method: string, address: string, body: unknown): Promise<Body> {
  const response = await fetch(address, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${new URL(address).pathname}: ${response.status} ${text}`);
  return JSON.parse(text) as Body;
}
