import { sqliteKit } from "./kit";
import { schema } from "./schema";

/** The tables as drizzle-kit wants them, one export each; the migrations in `drizzle/sqlite` are generated from here. */
export const {
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
} = schema(sqliteKit);
