ALTER TABLE `mcp_servers` ADD `oauth` text;--> statement-breakpoint
ALTER TABLE `mcp_servers` ADD `oauth_secrets` text;