import { z } from "zod";

const WholeNumber = z.int({ error: ({ code }) => (code === "invalid_type" ? "must be a whole number" : undefined) }).min(0);

/** A number in a query, in plain digits: `1e2`, `0x10` and an empty text are none. */
export const inDigits = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((given) => (typeof given === "string" && /^-?\d{1,16}$/.test(given) ? Number(given) : given), schema);

/** A place in a log, if the query names one. */
export const SequenceQuery = inDigits(WholeNumber.optional());

/** `?offset=&limit=` of every list. */
export const PageQuery = z.object({
  offset: inDigits(WholeNumber.default(0)),
  limit: inDigits(WholeNumber.min(1).max(1000).default(100)),
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
