import type { Message } from "@/domain/message";
import type { Turn } from "@/domain/turn";
import type { Listed, Told } from "./invariants";

/** What the server says about a session once everything is over. `session` is its address. */
export async function toldAbout(session: string, ledger: ReadonlyMap<string, number> = new Map()): Promise<Told> {
  return {
    isThere: (await fetch(session)).status === 200,
    log: await listAll<Listed>(`${session}/events/list`),
    turns: await listAll<Turn>(`${session}/turns`),
    messages: await listAll<Message>(`${session}/messages`),
    ledger,
  };
}

/** Empty for what is not there: whoever was told that it is will miss it. */
async function listAll<Item>(address: string): Promise<Item[]> {
  const items: Item[] = [];
  for (;;) {
    const answer = await fetch(`${address}?limit=1000&offset=${items.length}`);
    if (answer.status !== 200) return [];
    const page = (await answer.json()) as { items: Item[]; total: number };
    items.push(...page.items);
    if (items.length >= page.total) return items;
  }
}
