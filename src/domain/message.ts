import { z } from "zod";
import { Id, Metadata, Tags, Timestamp } from "./common";
import { ClientTools } from "./tool";
import { Usage } from "./usage";

export const TextPart = z.object({ type: z.literal("text"), text: z.string() }).meta({ id: "TextPart" });
export type TextPart = z.infer<typeof TextPart>;

/** Either a `url` (http, https or data) or `base64` with its `media_type`. */
export const ImagePart = z
  .object({ type: z.literal("image"), url: z.string().nullish(), base64: z.string().nullish(), media_type: z.string().nullish() })
  .meta({ id: "ImagePart" });
export type ImagePart = z.infer<typeof ImagePart>;

/**
 * What the model thought. `signature` is the provider's own sealed form of it (Anthropic's signature, OpenAI's encrypted item):
 * opaque to us, and sent back unchanged to the same driver so that reasoning carries on across steps.
 */
export const ReasoningPart = z
  .object({
    type: z.literal("reasoning"),
    text: z.string(),
    signature: z.string().nullish(),
    /** The driver that made `signature`; another driver must not be given it. */
    driver: z.string().nullish(),
  })
  .meta({ id: "ReasoningPart" });
export type ReasoningPart = z.infer<typeof ReasoningPart>;

/** `arguments` is the parsed JSON; a string where the model wrote something that is not JSON. */
export const ToolCallPart = z
  .object({ type: z.literal("tool_call"), id: z.string(), name: z.string(), arguments: z.json() })
  .meta({ id: "ToolCallPart" });
export type ToolCallPart = z.infer<typeof ToolCallPart>;

/** Exactly one of `result` and `error` is not null, except for a tool that answers null. */
export const ToolResultPart = z
  .object({ type: z.literal("tool_result"), tool_call_id: z.string(), result: z.json().nullable(), error: z.string().nullable() })
  .meta({ id: "ToolResultPart" });
export type ToolResultPart = z.infer<typeof ToolResultPart>;

export const ContentPart = z
  .discriminatedUnion("type", [TextPart, ImagePart, ReasoningPart, ToolCallPart, ToolResultPart])
  .meta({ id: "ContentPart" });
export type ContentPart = z.infer<typeof ContentPart>;

export const Role = z.enum(["user", "assistant", "tool_result", "system"]);
export type Role = z.infer<typeof Role>;

export const ReasoningEffort = z.string().min(1).max(32);

export const WhenBusy = z.enum(["enqueue", "reject", "interrupt", "steer"]);
export type WhenBusy = z.infer<typeof WhenBusy>;

/** How one message wants to be answered. `model_id` is a model's id, or `provider name/model name`. */
export const Controls = z
  .object({
    model_id: z.string().min(1).max(300).nullish(),
    reasoning: z.object({ effort: ReasoningEffort.nullish() }).nullish(),
    max_tokens: z.int().min(1).max(10_000_000).nullish(),
    temperature: z.number().min(0).max(2).nullish(),
    when_busy: WhenBusy.nullish(),
    /** Tools that the client runs, in this message's turn; they come before the session's. */
    client_tools: ClientTools.nullish(),
  })
  .meta({ id: "Controls" });
export type Controls = z.infer<typeof Controls>;

const CalledTool = z.object({ id: z.string(), name: z.string(), arguments: z.json() }).meta({ id: "CalledTool" });

export const Message = z
  .object({
    id: Id,
    session_id: Id,
    turn_id: Id,
    sequence: z.int(),
    role: Role,
    content: z.array(ContentPart),
    tool_calls: z.array(CalledTool).nullable(),
    tool_call_id: z.string().nullable(),
    controls: Controls.nullable(),
    metadata: Metadata.nullable(),
    tags: Tags,
    usage: Usage.nullable(),
    created_at: Timestamp,
  })
  .meta({ id: "Message" });
export type Message = z.infer<typeof Message>;

const GivenImage = ImagePart.refine((part) => (part.url == null) !== (part.base64 == null), { error: "needs either url or base64" })
  .refine((part) => part.base64 == null || part.media_type != null, { error: "needs media_type beside base64" })
  .refine((part) => part.base64 == null || part.media_type == null || /^image\/[\w.+-]{1,60}$/.test(part.media_type), {
    error: "must have the media_type of an image, such as image/png",
  })
  .refine((part) => part.base64 == null || /^[A-Za-z0-9+/]+={0,2}$/.test(part.base64), {
    error: "must have base64 without a prefix, blanks or line breaks",
  })
  .refine((part) => part.url == null || /^(https?:\/\/|data:image\/)/.test(part.url), {
    error: "must have an http, https or data:image address",
  })
  .meta({ id: "GivenImage" });

const UserPart = z.discriminatedUnion("type", [TextPart, GivenImage], { error: "must be text or image" });
type UserPart = z.infer<typeof UserPart>;

/** What a user's content may look like; it becomes a list of parts. */
const UserContent = z
  .union([z.string(), z.array(UserPart).min(1).max(100), z.object({ text: z.string() })], {
    error: 'must be a string, {"text": …}, or a list of 1 to 100 text and image parts',
  })
  .transform((content): UserPart[] => {
    if (typeof content === "string") return [{ type: "text", text: content }];
    return Array.isArray(content) ? content : [{ type: "text", text: content.text }];
  })
  .refine((parts) => parts.some((part) => part.type === "image" || part.text.trim() !== ""), { error: "must not be empty" });

const UserRole = z.literal("user", { error: "must be user: the other roles are written by the server" }).default("user");

const MessageOptions = { controls: Controls.nullish(), metadata: Metadata.nullish(), tags: Tags.nullish() };

/** Both spellings of a new message: `{message: {content}}`, and the older `{role, content}`. */
export const CreateMessage = z
  .union([
    z.object({ message: z.object({ role: UserRole, content: UserContent }), ...MessageOptions }),
    z.object({ role: UserRole, content: UserContent, ...MessageOptions }),
  ])
  .transform(({ controls, metadata, tags, ...given }) => {
    const { content } = "message" in given ? given.message : given;
    return { content, controls: controls ?? null, metadata: metadata ?? null, tags: tags ?? [] };
  })
  .meta({ id: "CreateMessage" });
export type CreateMessage = z.infer<typeof CreateMessage>;

/** What may be changed of a message that still waits in the queue. */
export const UpdateMessage = z.object({ content: UserContent }).meta({ id: "UpdateMessage" });
export type UpdateMessage = z.infer<typeof UpdateMessage>;
