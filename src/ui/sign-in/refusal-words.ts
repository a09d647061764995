const WORDS: Record<string, string> = {
  oauth_state:
    "That sign-in was not begun in this browser, has ended, or took longer than ten minutes. Begin again, under the server's public address.",
  oauth_denied: "Signing in there was cancelled.",
  oauth_failed: "The provider did not sign you in. Try again, or ask whoever runs this server to check its registration at the provider.",
  oauth_unreachable: "The provider can't be reached from this server at the moment. Try again.",
  oauth_domain: "Accounts of this domain may not sign in here. Choose another account, or ask an admin.",
  email_unverified: "The provider has not verified the address of that account. Verify it there, then sign in again.",
  email_taken:
    "There is an account with this email already, and nobody has verified that the email is its owner's. Sign in with its password, or ask an admin to mark the email as verified.",
  signup_disabled: "Nobody can sign up here. Ask an admin for an account.",
  setup_link_required: "The first account is made with the link that the server printed when it started.",
  setup_link_ended: "This setup link was used or has ended. Restart the server: it prints a new one.",
  account_disabled: "This account may not sign in here. Ask an admin.",
  rate_limited: "Too many tries to sign in. Wait a moment and try again.",
};

/** What to tell someone whom a sign-in at a provider sent back with this code. What an address says is never shown itself. */
export const refusalWords = (code: string): string => (Object.hasOwn(WORDS, code) ? WORDS[code]! : "Signing in did not work. Try again.");
