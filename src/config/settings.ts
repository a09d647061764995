import { SECURITY_SETTINGS } from "./security-settings";

export type Setting = { variable: string; fallback: string; meaning: string };

/** Every variable that `serve` reads, for its help. Those that hold a secret may be given as a file too: the same name with `_FILE`. */
export const SETTINGS: readonly Setting[] = [
  { variable: "HOST", fallback: "127.0.0.1", meaning: "address to listen on" },
  { variable: "PORT", fallback: "9000", meaning: "port to listen on; 0 takes a free one" },
  { variable: "DATA_DIR", fallback: "./data", meaning: "folder of the database and the keys" },
  { variable: "LOG_LEVEL", fallback: "info", meaning: "trace, debug, info, warn, error, fatal or silent" },
  { variable: "AUTH_MODE", fallback: "none", meaning: "none: no accounts, this machine only; admin: one account; full: sign-up" },
  { variable: "AUTH_BASE_URL", fallback: "http://localhost:9000", meaning: "address under which people reach the server" },
  { variable: "AUTH_ADMIN_EMAIL", fallback: "", meaning: "mode admin: the email of the one account" },
  { variable: "AUTH_ADMIN_PASSWORD", fallback: "", meaning: "mode admin: its password, or …_FILE; another one ends its logins" },
  { variable: "AUTH_JWT_SECRET", fallback: "made and kept in the data folder", meaning: "signs logins, at least 32 bytes, or …_FILE" },
  { variable: "AUTH_JWT_ACCESS_TOKEN_LIFETIME", fallback: "900", meaning: "seconds that an access token lasts" },
  { variable: "AUTH_JWT_REFRESH_TOKEN_LIFETIME", fallback: "2592000", meaning: "seconds that a login lasts without being used" },
  { variable: "AUTH_DISABLE_PASSWORD", fallback: "false", meaning: "true: mode full has no passwords, only OAuth" },
  { variable: "AUTH_DISABLE_SIGNUP", fallback: "false", meaning: "true: mode full takes no new accounts" },
  { variable: "AUTH_GOOGLE_CLIENT_ID", fallback: "", meaning: "mode full: signing in with Google" },
  { variable: "AUTH_GOOGLE_CLIENT_SECRET", fallback: "", meaning: "the secret of that client, or …_FILE" },
  { variable: "AUTH_GOOGLE_REDIRECT_URI", fallback: "AUTH_BASE_URL/api/auth/callback/google", meaning: "where Google sends people back" },
  { variable: "AUTH_GOOGLE_ALLOWED_DOMAINS", fallback: "", meaning: "only accounts of these Workspace domains, separated by commas" },
  { variable: "AUTH_GITHUB_CLIENT_ID", fallback: "", meaning: "mode full: signing in with GitHub" },
  { variable: "AUTH_GITHUB_CLIENT_SECRET", fallback: "", meaning: "the secret of that client, or …_FILE" },
  { variable: "AUTH_GITHUB_REDIRECT_URI", fallback: "AUTH_BASE_URL/api/auth/callback/github", meaning: "where GitHub sends people back" },
  { variable: "AUTH_GOOGLE_ISSUER", fallback: "https://accounts.google.com", meaning: "another OpenID provider in Google's place" },
  { variable: "AUTH_GITHUB_BASE_URL", fallback: "https://github.com", meaning: "GitHub Enterprise: its address" },
  { variable: "AUTH_GITHUB_API_URL", fallback: "https://api.github.com", meaning: "GitHub Enterprise: its address with /api/v3" },
  { variable: "ALLOW_INSECURE_PUBLIC", fallback: "false", meaning: "true: mode none may listen beyond this machine" },
  {
    variable: "SECRETS_ENCRYPTION_KEY",
    fallback: "made and kept in the data folder",
    meaning: "<key_id>:<base64 of 32 bytes>, seals providers' keys, or …_FILE",
  },
  {
    variable: "SECRETS_ENCRYPTION_KEY_PREVIOUS",
    fallback: "",
    meaning: "the key before, while secrets are being sealed anew, or …_FILE",
  },
  ...SECURITY_SETTINGS,
  { variable: "BACKUP_EVERY_HOURS", fallback: "0", meaning: "hours between two backups into the data folder; 0 makes none" },
  { variable: "BACKUP_KEEP", fallback: "7", meaning: "how many of those backups are kept" },
  { variable: "MCP_CONFIG", fallback: "", meaning: 'JSON file of MCP servers that run as programs here: {"mcpServers": {…}}' },
  { variable: "DEFAULT_OPENAI_API_KEY", fallback: "", meaning: "makes an OpenAI provider with its current models, or …_FILE" },
  { variable: "DEFAULT_ANTHROPIC_API_KEY", fallback: "", meaning: "makes an Anthropic provider with its current models, or …_FILE" },
];
