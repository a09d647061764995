CREATE TABLE `agent_versions` (
	`agent_id` text NOT NULL,
	`version` integer NOT NULL,
	`definition` text NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text,
	PRIMARY KEY(`agent_id`, `version`),
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `approval_rules` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`session_id` text,
	`tool_name` text NOT NULL,
	`arguments` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `approval_rules_by_agent` ON `approval_rules` (`agent_id`,`owner_id`);--> statement-breakpoint
CREATE INDEX `approval_rules_by_session` ON `approval_rules` (`session_id`);--> statement-breakpoint
CREATE TABLE `audit_events` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`action` text NOT NULL,
	`actor_id` text,
	`target_id` text,
	`address` text,
	`detail` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `audit_events_by_time` ON `audit_events` (`at`,`id`);--> statement-breakpoint
CREATE TABLE `awaited_calls` (
	`id` text PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`turn_id` text NOT NULL,
	`tool_call_id` text NOT NULL,
	`awaits` text NOT NULL,
	`child_session_id` text,
	`name` text NOT NULL,
	`arguments` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`resolved_at` integer,
	`decision` text,
	`changed_arguments` text,
	`reason` text,
	`decided_by` text,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `awaited_calls_by_age` ON `awaited_calls` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `awaited_calls_by_turn` ON `awaited_calls` (`turn_id`,`tool_call_id`);--> statement-breakpoint
CREATE INDEX `awaited_calls_by_session` ON `awaited_calls` (`session_id`);--> statement-breakpoint
CREATE INDEX `awaited_calls_by_child` ON `awaited_calls` (`child_session_id`);--> statement-breakpoint
CREATE INDEX `awaited_calls_open` ON `awaited_calls` (`expires_at`) WHERE resolved_at is null;--> statement-breakpoint
CREATE TABLE `file_contents` (
	`hash` text PRIMARY KEY NOT NULL,
	`size_bytes` integer NOT NULL,
	`is_text` integer NOT NULL,
	`bytes` blob NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `file_usage` (
	`session_id` text PRIMARY KEY NOT NULL,
	`entries` integer NOT NULL,
	`present_bytes` integer NOT NULL,
	`past_bytes` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `files` (
	`session_id` text NOT NULL,
	`path` text NOT NULL,
	`since` integer NOT NULL,
	`until` integer,
	`id` text NOT NULL,
	`parent` text NOT NULL,
	`is_directory` integer NOT NULL,
	`is_readonly` integer NOT NULL,
	`size_bytes` integer NOT NULL,
	`hash` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`session_id`, `path`, `since`),
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`hash`) REFERENCES `file_contents`(`hash`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `files_present` ON `files` (`session_id`,`path`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `files_by_parent` ON `files` (`session_id`,`parent`,`path`);--> statement-breakpoint
CREATE INDEX `files_past` ON `files` (`session_id`,`until`) WHERE until is not null;--> statement-breakpoint
CREATE INDEX `files_by_content` ON `files` (`hash`);--> statement-breakpoint
CREATE TABLE `identities` (
	`provider` text NOT NULL,
	`subject` text NOT NULL,
	`user_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`provider`, `subject`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `identities_by_user` ON `identities` (`user_id`);--> statement-breakpoint
CREATE TABLE `logins` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`generation` integer NOT NULL,
	`rotated_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`revoked_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `logins_by_user` ON `logins` (`user_id`);--> statement-breakpoint
CREATE INDEX `logins_by_end` ON `logins` (`expires_at`);--> statement-breakpoint
CREATE TABLE `mcp_servers` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`url` text,
	`headers` text,
	`header_names` text NOT NULL,
	`oauth` text,
	`oauth_secrets` text,
	`is_configured` integer NOT NULL,
	`status` text NOT NULL,
	`tools` text NOT NULL,
	`changed_tools` text,
	`last_error` text,
	`checked_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `mcp_servers_name_unique` ON `mcp_servers` (`name`);--> statement-breakpoint
CREATE TABLE `one_time_links` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`user_id` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `search_documents` (
	`id` integer PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`sequence` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `search_documents_by_place` ON `search_documents` (`session_id`,`sequence`);--> statement-breakpoint
CREATE TABLE `search_progress` (
	`session_id` text PRIMARY KEY NOT NULL,
	`sequence` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `usage_by_day` (
	`day` text NOT NULL,
	`agent_id` text NOT NULL,
	`user_id` text NOT NULL,
	`model` text NOT NULL,
	`input_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`cache_read_tokens` integer NOT NULL,
	`cache_write_tokens` integer NOT NULL,
	`reasoning_tokens` integer NOT NULL,
	`cost_usd` real,
	`model_calls` integer NOT NULL,
	`turns` integer NOT NULL,
	`failures` integer NOT NULL,
	PRIMARY KEY(`day`, `agent_id`, `user_id`, `model`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `web_search` (
	`id` text PRIMARY KEY NOT NULL,
	`engine` text NOT NULL,
	`base_url` text,
	`api_key` text,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
ALTER TABLE `agents` ADD `fallback_model_id` text;--> statement-breakpoint
ALTER TABLE `agents` ADD `lost_model` text;--> statement-breakpoint
ALTER TABLE `agents` ADD `tools` text;--> statement-breakpoint
ALTER TABLE `agents` ADD `tool_secrets` text;--> statement-breakpoint
ALTER TABLE `agents` ADD `tool_policies` text;--> statement-breakpoint
ALTER TABLE `agents` ADD `version` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `llm_models` ADD `fallback_model_id` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `agent_version` integer;--> statement-breakpoint
ALTER TABLE `sessions` ADD `lost_model` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `parent_session_id` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `parent_tool_call_id` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `depth` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `client_tools` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `hidden` text;--> statement-breakpoint
CREATE INDEX `sessions_by_parent` ON `sessions` (`parent_session_id`);--> statement-breakpoint
CREATE INDEX `sessions_hidden` ON `sessions` (`hidden`) WHERE hidden is not null;--> statement-breakpoint
ALTER TABLE `turns` ADD `is_on_trial` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `turns` ADD `agent_version` integer;--> statement-breakpoint
ALTER TABLE `users` ADD `password_hash` text;--> statement-breakpoint
ALTER TABLE `users` ADD `is_email_verified` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `status` text DEFAULT 'active' NOT NULL;--> statement-breakpoint
CREATE INDEX `events_compactions` ON `events` (`session_id`,`sequence`) WHERE type = 'context.compacted';--> statement-breakpoint
-- Written by hand: a full-text index has no counterpart in the schema. It keeps words alone; the text stays in the log.
CREATE VIRTUAL TABLE `search_index` USING fts5(`words`, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');--> statement-breakpoint
CREATE TRIGGER `search_documents_removed` AFTER DELETE ON `search_documents` BEGIN
	DELETE FROM `search_index` WHERE `rowid` = OLD.`id`;
END;
