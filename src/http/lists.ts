import { z } from "zod";

/** `?offset=&limit=` of every list. */
export const PageQuery = z.object({
  offset: z.coerce.number({ error: "must be a whole number" }).int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  limit: z.coerce.number({ error: "must be a whole number" }).int().min(1).max(1000).default(100),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** `?envelope=true` of the lists that are bare arrays by default. */
export const EnvelopeQuery = PageQuery.extend({ envelope: z.enum(["true", "false"]).default("false") });

/** One page, and how many there are in all. */
export type Page<Item> = { items: Item[]; total: number };

export const listOf = <Item extends z.ZodType>(name: string, item: Item) =>
  z
    .object({ items: z.array(item), data: z.array(item), total: z.int(), offset: z.int(), limit: z.int() })
    .meta({ id: `${name}List`, description: "`items` and `data` are the same list under two names." });

/** `data` repeats `items` for clients that look there. */
export const envelope = <Item>({ items, total }: Page<Item>, { offset, limit }: PageQuery) => ({
  items,
  data: items,
  total,
  offset,
  limit,
});

/** A list that is held in memory, cut to the page that was asked for. */
export const pageOf = <Item>(all: readonly Item[], { offset, limit }: PageQuery): Page<Item> => ({
  items: all.slice(offset, offset + limit),
  total: all.length,
});
