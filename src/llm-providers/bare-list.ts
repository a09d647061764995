import { z } from "zod";
import { type EnvelopeQuery, envelope, listOf, type Page } from "@/http/lists";

/** A page as a bare array, which is what the clients of these lists map over; `?envelope=true` gives it the envelope of every other list. */
export const bareList = <Item>(page: Page<Item>, query: z.infer<typeof EnvelopeQuery>) =>
  query.envelope === "true" ? envelope(page, query) : page.items;

export const bareListOf = <Item extends z.ZodType>(name: string, item: Item) => z.union([z.array(item), listOf(name, item)]);
