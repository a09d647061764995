import { z } from "zod";

/** A UUID; capitals are read as small letters. New ids are version 7; a client may hold ids of any version. */
export const Id = z.uuid({ error: "must be a UUID" }).toLowerCase();
export type Id = z.infer<typeof Id>;

/** RFC 3339 in UTC, ending in `Z`. */
export const Timestamp = z.iso.datetime();

export const Tags = z.array(z.string().min(1).max(64)).max(50);

/** A JSON object that the server keeps for the client. Its own words in there: `error`, `limit`, `cancelled` and `retry_of`. */
export const Metadata = z.record(z.string().max(128), z.json());
