import { sql } from "drizzle-orm";
import type { AgentDefinition } from "@/domain/agent-version";
import type { LlmModel } from "@/domain/llm-model";
import type { LlmProvider, ProviderSettings, ProviderType } from "@/domain/llm-provider";
import type { McpOAuth } from "@/domain/mcp-oauth";
import type { McpTool } from "@/domain/mcp-server";
import type { OwnTool } from "@/domain/own-tool";
import type { ClientTool, ToolPolicy } from "@/domain/tool";
import type { Usage } from "@/domain/usage";
import type { SearchEngine } from "@/domain/web-search";
import type { Kit } from "./kit";

/** Every table on one page. Rows are read and written by the store of the same name; what is over for good is removed by `retention/`. */
export const schema = ({ table, text, int, real, bool, json, bytes, index, uniqueIndex, primaryKey }: Kit) => {
  const users = table("users", {
    id: text("id").primaryKey(),
    email: text("email").notNull().unique(),
    name: text("name").notNull(),
    roles: json<string[]>("roles").notNull(),
    avatarUrl: text("avatar_url"),
    /** Argon2id; null for someone who signs in elsewhere only. */
    passwordHash: text("password_hash"),
    /** A provider has said that the address is theirs. */
    isEmailVerified: bool("is_email_verified").notNull().default(false),
    status: text("status").$type<"active" | "disabled">().notNull().default("active"),
    createdAt: int("created_at").notNull(),
  });

  /** One for each time someone signed in: what a refresh token stands for. */
  const logins = table(
    "logins",
    {
      id: text("id").primaryKey(),
      userId: text("user_id")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
      /** Counts the exchanges: a token of an older generation was used before. */
      generation: int("generation").notNull(),
      rotatedAt: int("rotated_at").notNull(),
      createdAt: int("created_at").notNull(),
      expiresAt: int("expires_at").notNull(),
      revokedAt: int("revoked_at"),
    },
    (row) => [index("logins_by_user").on(row.userId), index("logins_by_end").on(row.expiresAt)],
  );

  /** Someone's account at an OAuth provider, by the provider's own name for it. */
  const identities = table(
    "identities",
    {
      provider: text("provider").$type<"google" | "github">().notNull(),
      subject: text("subject").notNull(),
      userId: text("user_id")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
      createdAt: int("created_at").notNull(),
    },
    (row) => [primaryKey({ columns: [row.provider, row.subject] }), index("identities_by_user").on(row.userId)],
  );

  /** Links that work once: to make the first admin, or to choose a new password. Kept is the SHA-256 of the token. */
  const oneTimeLinks = table("one_time_links", {
    tokenHash: text("token_hash").primaryKey(),
    purpose: text("purpose").$type<"first_admin" | "password_reset">().notNull(),
    userId: text("user_id").references(() => users.id, { onDelete: "cascade" }),
    createdAt: int("created_at").notNull(),
    expiresAt: int("expires_at").notNull(),
  });

  /** What concerns security, for whoever looks into it later. No user's row is referenced: it outlives them. */
  const auditEvents = table(
    "audit_events",
    {
      id: text("id").primaryKey(),
      at: int("at").notNull(),
      action: text("action").notNull(),
      actorId: text("actor_id"),
      targetId: text("target_id"),
      address: text("address"),
      detail: json<Record<string, string>>("detail").notNull(),
    },
    (row) => [index("audit_events_by_time").on(row.at, row.id)],
  );

  const apiKeys = table(
    "api_keys",
    {
      id: text("id").primaryKey(),
      userId: text("user_id")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
      name: text("name").notNull(),
      keyHash: text("key_hash").notNull().unique(),
      keyPrefix: text("key_prefix").notNull(),
      scopes: json<string[]>("scopes").notNull(),
      expiresAt: int("expires_at"),
      lastUsedAt: int("last_used_at"),
      createdAt: int("created_at").notNull(),
    },
    (row) => [index("api_keys_by_user").on(row.userId, row.createdAt)],
  );

  const llmProviders = table(
    "llm_providers",
    {
      id: text("id").primaryKey(),
      name: text("name").notNull(),
      providerType: text("provider_type").$type<ProviderType>().notNull(),
      baseUrl: text("base_url"),
      /** Sealed; see platform/secrets. */
      apiKey: text("api_key"),
      isDefault: bool("is_default").notNull(),
      status: text("status").$type<LlmProvider["status"]>().notNull(),
      settings: json<ProviderSettings>("settings").notNull(),
      createdAt: int("created_at").notNull(),
      updatedAt: int("updated_at").notNull(),
    },
    (row) => [uniqueIndex("llm_providers_one_default").on(row.isDefault).where(sql`is_default`)],
  );

  const llmModels = table(
    "llm_models",
    {
      id: text("id").primaryKey(),
      providerId: text("provider_id")
        .notNull()
        .references(() => llmProviders.id, { onDelete: "cascade" }),
      modelId: text("model_id").notNull(),
      displayName: text("display_name").notNull(),
      capabilities: json<string[]>("capabilities").notNull(),
      contextWindow: int("context_window"),
      isDefault: bool("is_default").notNull(),
      status: text("status").$type<LlmModel["status"]>().notNull(),
      /** The model that goes on where this one cannot answer. Cleared when that one is deleted: SQLite can't add a column that does it itself. */
      fallbackModelId: text("fallback_model_id"),
      createdAt: int("created_at").notNull(),
      updatedAt: int("updated_at").notNull(),
    },
    (row) => [
      uniqueIndex("llm_models_by_name").on(row.providerId, row.modelId),
      uniqueIndex("llm_models_one_default").on(row.isDefault).where(sql`is_default`),
    ],
  );

  const agents = table(
    "agents",
    {
      id: text("id").primaryKey(),
      ownerId: text("owner_id")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
      name: text("name").notNull(),
      description: text("description"),
      systemPrompt: text("system_prompt").notNull(),
      defaultModelId: text("default_model_id").references(() => llmModels.id, { onDelete: "set null" }),
      /** Cleared when the model is deleted. */
      fallbackModelId: text("fallback_model_id"),
      /** `provider/model` of the default model that was deleted, until another is chosen. */
      lostModel: text("lost_model"),
      /** In order: the index is the position. */
      capabilities: json<string[]>("capabilities").notNull(),
      tools: json<OwnTool[]>("tools"),
      /** Headers of its tools, sealed; by tool and header. See platform/secrets. */
      toolSecrets: json<Record<string, Record<string, string>>>("tool_secrets"),
      toolPolicies: json<Record<string, ToolPolicy>>("tool_policies"),
      tags: json<string[]>("tags").notNull(),
      version: int("version").notNull().default(1),
      visibility: text("visibility").$type<"private" | "shared">().notNull(),
      status: text("status").$type<"active" | "archived">().notNull(),
      createdAt: int("created_at").notNull(),
      updatedAt: int("updated_at").notNull(),
    },
    (row) => [index("agents_by_age").on(row.createdAt, row.id)],
  );

  const agentVersions = table(
    "agent_versions",
    {
      agentId: text("agent_id")
        .notNull()
        .references(() => agents.id, { onDelete: "cascade" }),
      version: int("version").notNull(),
      definition: json<AgentDefinition>("definition").notNull(),
      createdAt: int("created_at").notNull(),
      createdBy: text("created_by"),
    },
    (row) => [primaryKey({ columns: [row.agentId, row.version] })],
  );

  const sessions = table(
    "sessions",
    {
      id: text("id").primaryKey(),
      agentId: text("agent_id")
        .notNull()
        .references(() => agents.id, { onDelete: "cascade" }),
      ownerId: text("owner_id")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
      title: text("title"),
      tags: json<string[]>("tags").notNull(),
      modelId: text("model_id").references(() => llmModels.id, { onDelete: "set null" }),
      /** Null follows the agent. */
      agentVersion: int("agent_version"),
      /** `provider/model` of its model that was deleted, until another is chosen. */
      lostModel: text("lost_model"),
      /** The session and the call in it that this one answers, and how many sessions stand above it. */
      parentSessionId: text("parent_session_id"),
      parentToolCallId: text("parent_tool_call_id"),
      depth: int("depth").notNull().default(0),
      /** Tools that the client runs. */
      clientTools: json<ClientTool[]>("client_tools"),
      status: text("status").$type<"pending" | "running" | "waiting" | "failed">().notNull(),
      usage: json<Usage>("usage").notNull(),
      costUsd: real("cost_usd"),
      /** The sequence that the next event gets. */
      nextSequence: int("next_sequence").notNull(),
      /** The fence: whoever claims a turn raises it, and an append under an older one finds no row. */
      epoch: int("epoch").notNull(),
      /** Nobody sees it: it is not whole yet, or does not exist any more and goes piece by piece. */
      hidden: text("hidden").$type<"being_made" | "leaving">(),
      createdAt: int("created_at").notNull(),
      updatedAt: int("updated_at").notNull(),
      startedAt: int("started_at"),
      finishedAt: int("finished_at"),
    },
    (row) => [
      index("sessions_by_parent").on(row.parentSessionId),
      index("sessions_by_agent").on(row.agentId, row.createdAt, row.id),
      index("sessions_by_age").on(row.createdAt, row.id),
      index("sessions_hidden").on(row.hidden).where(sql`hidden is not null`),
    ],
  );

  const events = table(
    "events",
    {
      sessionId: text("session_id")
        .notNull()
        .references(() => sessions.id, { onDelete: "cascade" }),
      sequence: int("sequence").notNull(),
      /** A message's id is its event's id. */
      id: text("id").notNull().unique(),
      turnId: text("turn_id"),
      type: text("type").notNull(),
      /** JSON as it was published, byte for byte. */
      data: text("data").notNull(),
      createdAt: int("created_at").notNull(),
    },
    (row) => [
      primaryKey({ columns: [row.sessionId, row.sequence] }),
      index("events_by_turn").on(row.turnId, row.sequence),
      index("events_messages")
        .on(row.sessionId, row.sequence)
        .where(sql`type in ('message.user', 'message.assistant', 'message.tool_result', 'message.system')`),
      index("events_compactions").on(row.sessionId, row.sequence).where(sql`type = 'context.compacted'`),
    ],
  );

  const turns = table(
    "turns",
    {
      id: text("id").primaryKey(),
      sessionId: text("session_id")
        .notNull()
        .references(() => sessions.id, { onDelete: "cascade" }),
      /** The user's message that the turn answers, and its place in the log: turns are taken, and the conversation is read, in this order. */
      messageId: text("message_id").notNull(),
      position: int("position").notNull(),
      status: text("status").$type<"queued" | "running" | "waiting" | "completed" | "failed" | "cancelled">().notNull(),
      cancelRequestedAt: int("cancel_requested_at"),
      /** It runs alone after crashes, until it has shown that it does not cause them. */
      isOnTrial: bool("is_on_trial").notNull().default(false),
      model: text("model"),
      agentVersion: int("agent_version"),
      usage: json<Usage>("usage").notNull(),
      costUsd: real("cost_usd"),
      errorCode: text("error_code"),
      error: text("error"),
      createdAt: int("created_at").notNull(),
      startedAt: int("started_at"),
      finishedAt: int("finished_at"),
    },
    (row) => [
      index("turns_by_session").on(row.sessionId, row.position),
      index("turns_open").on(row.sessionId, row.position).where(sql`status in ('queued', 'running', 'waiting')`),
      uniqueIndex("turns_one_active").on(row.sessionId).where(sql`status in ('running', 'waiting')`),
    ],
  );

  /** What files hold, each content once for all sessions: it is there as long as a version of a file refers to it. */
  const fileContents = table("file_contents", {
    /** SHA-256 of the bytes, in hex. */
    hash: text("hash").primaryKey(),
    sizeBytes: int("size_bytes").notNull(),
    /** Valid UTF-8 without NUL. */
    isText: bool("is_text").notNull(),
    bytes: bytes("bytes").notNull(),
  });

  /** Files and directories of sessions, in every version since they were made: a version holds from its sequence in the log until the next. */
  const files = table(
    "files",
    {
      sessionId: text("session_id")
        .notNull()
        .references(() => sessions.id, { onDelete: "cascade" }),
      path: text("path").notNull(),
      /** The sequence of the event that made this version, and of the one that ended it; null while it is the present one. */
      since: int("since").notNull(),
      until: int("until"),
      id: text("id").notNull(),
      parent: text("parent").notNull(),
      isDirectory: bool("is_directory").notNull(),
      isReadonly: bool("is_readonly").notNull(),
      sizeBytes: int("size_bytes").notNull(),
      /** Null for a directory, and for an old version whose content was let go. */
      hash: text("hash").references(() => fileContents.hash),
      createdAt: int("created_at").notNull(),
      updatedAt: int("updated_at").notNull(),
    },
    (row) => [
      primaryKey({ columns: [row.sessionId, row.path, row.since] }),
      uniqueIndex("files_present").on(row.sessionId, row.path).where(sql`until is null`),
      index("files_by_parent").on(row.sessionId, row.parent, row.path),
      index("files_past").on(row.sessionId, row.until).where(sql`until is not null`),
      index("files_by_content").on(row.hash),
    ],
  );

  /** What a session's files take up, kept beside them because counting ten thousand of them takes longer than writing one. */
  const fileUsage = table("file_usage", {
    sessionId: text("session_id")
      .primaryKey()
      .references(() => sessions.id, { onDelete: "cascade" }),
    /** Files and directories that are there now, their bytes, and the bytes of their earlier versions. */
    entries: int("entries").notNull(),
    presentBytes: int("present_bytes").notNull(),
    pastBytes: int("past_bytes").notNull(),
  });

  /** What the log says of calls that somebody was asked about, by who decides or runs them: the inbox, and what expires. Written with the events. */
  const awaitedCalls = table(
    "awaited_calls",
    {
      /** The id of the event that asked. */
      id: text("id").primaryKey(),
      sessionId: text("session_id")
        .notNull()
        .references(() => sessions.id, { onDelete: "cascade" }),
      turnId: text("turn_id").notNull(),
      toolCallId: text("tool_call_id").notNull(),
      awaits: text("awaits").$type<"approval" | "client" | "agent">().notNull(),
      /** The session in which another agent answers. */
      childSessionId: text("child_session_id"),
      name: text("name").notNull(),
      /** JSON, as the model wrote them. */
      arguments: text("arguments").notNull(),
      createdAt: int("created_at").notNull(),
      expiresAt: int("expires_at"),
      resolvedAt: int("resolved_at"),
      decision: text("decision").$type<"approve" | "deny" | "expired" | "cancelled">(),
      /** JSON; what is run in their place. */
      changedArguments: text("changed_arguments"),
      reason: text("reason"),
      decidedBy: text("decided_by"),
    },
    (row) => [
      index("awaited_calls_by_age").on(row.createdAt, row.id),
      index("awaited_calls_by_turn").on(row.turnId, row.toolCallId),
      index("awaited_calls_by_session").on(row.sessionId),
      index("awaited_calls_by_child").on(row.childSessionId),
      index("awaited_calls_open").on(row.expiresAt).where(sql`resolved_at is null`),
    ],
  );

  /** Tools that somebody need not be asked about again, in their own sessions: in one, or in all with the agent. */
  const approvalRules = table(
    "approval_rules",
    {
      id: text("id").primaryKey(),
      ownerId: text("owner_id")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
      agentId: text("agent_id")
        .notNull()
        .references(() => agents.id, { onDelete: "cascade" }),
      sessionId: text("session_id").references(() => sessions.id, { onDelete: "cascade" }),
      toolName: text("tool_name").notNull(),
      /** JSON; null allows any. */
      arguments: text("arguments"),
      createdAt: int("created_at").notNull(),
    },
    (row) => [index("approval_rules_by_agent").on(row.agentId, row.ownerId), index("approval_rules_by_session").on(row.sessionId)],
  );

  const idempotencyKeys = table(
    "idempotency_keys",
    {
      callerId: text("caller_id").notNull(),
      route: text("route").notNull(),
      key: text("key").notNull(),
      bodyHash: text("body_hash").notNull(),
      status: int("status").notNull(),
      answer: text("answer").notNull(),
      createdAt: int("created_at").notNull(),
    },
    (row) => [primaryKey({ columns: [row.callerId, row.route, row.key] }), index("idempotency_keys_by_age").on(row.createdAt)],
  );

  /** What the search index holds: its rows are known there by this table's ids. */
  const searchDocuments = table(
    "search_documents",
    {
      id: int("id").primaryKey(),
      sessionId: text("session_id")
        .notNull()
        .references(() => sessions.id, { onDelete: "cascade" }),
      sequence: int("sequence").notNull(),
    },
    (row) => [uniqueIndex("search_documents_by_place").on(row.sessionId, row.sequence)],
  );

  /** How far a session's log is indexed. */
  const searchProgress = table("search_progress", {
    sessionId: text("session_id")
      .primaryKey()
      .references(() => sessions.id, { onDelete: "cascade" }),
    sequence: int("sequence").notNull(),
  });

  /** Sums. Nothing is referenced: they outlive what they count. */
  const usageByDay = table(
    "usage_by_day",
    {
      /** In UTC, such as 2026-01-31. */
      day: text("day").notNull(),
      agentId: text("agent_id").notNull(),
      userId: text("user_id").notNull(),
      model: text("model").notNull(),
      inputTokens: int("input_tokens").notNull(),
      outputTokens: int("output_tokens").notNull(),
      cacheReadTokens: int("cache_read_tokens").notNull(),
      cacheWriteTokens: int("cache_write_tokens").notNull(),
      reasoningTokens: int("reasoning_tokens").notNull(),
      costUsd: real("cost_usd"),
      modelCalls: int("model_calls").notNull(),
      turns: int("turns").notNull(),
      failures: int("failures").notNull(),
    },
    (row) => [primaryKey({ columns: [row.day, row.agentId, row.userId, row.model] })],
  );

  const webSearch = table("web_search", {
    id: text("id").primaryKey(),
    engine: text("engine").$type<SearchEngine>().notNull(),
    baseUrl: text("base_url"),
    /** Sealed; see platform/secrets. */
    apiKey: text("api_key"),
    updatedAt: int("updated_at").notNull(),
  });

  const mcpServers = table("mcp_servers", {
    id: text("id").primaryKey(),
    name: text("name").notNull().unique(),
    /** Null for a program of the operator's configuration file. */
    url: text("url"),
    /** Sealed JSON; see platform/secrets. */
    headers: text("headers"),
    headerNames: json<string[]>("header_names").notNull(),
    /** What may be seen of how it is signed in to; null where it is not by OAuth. */
    oauth: json<McpOAuth | null>("oauth"),
    /** Sealed JSON: the client's secret, tokens and the sign-in that has begun. */
    oauthSecrets: text("oauth_secrets"),
    isConfigured: bool("is_configured").notNull(),
    status: text("status").$type<"active" | "disabled">().notNull(),
    /** What an admin has accepted. */
    tools: json<McpTool[]>("tools").notNull(),
    changedTools: json<McpTool[] | null>("changed_tools"),
    lastError: text("last_error"),
    checkedAt: int("checked_at"),
    createdAt: int("created_at").notNull(),
    updatedAt: int("updated_at").notNull(),
  });

  return {
    mcpServers,
    webSearch,
    searchDocuments,
    searchProgress,
    usageByDay,
    users,
    logins,
    identities,
    oneTimeLinks,
    auditEvents,
    apiKeys,
    llmProviders,
    llmModels,
    agents,
    agentVersions,
    sessions,
    events,
    turns,
    fileContents,
    files,
    fileUsage,
    awaitedCalls,
    approvalRules,
    idempotencyKeys,
  };
};

export type Tables = ReturnType<typeof schema>;
