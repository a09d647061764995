import { useMutation } from "@tanstack/react-query";
import { LogIn } from "lucide-react";
import type { McpServer, McpSignIn } from "@/domain/mcp-server";
import { api } from "@/ui/api/client";
import { Button } from "@/ui/parts/button";
import { notify, notifyFailure } from "@/ui/parts/notify";
import { mcpServerChanged } from "./mcp-server-queries";

/** Leaves for the authorization server, which sends the browser back. */
export function SignInButton({ server }: { server: McpServer }) {
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.post<McpSignIn>(`/v1/mcp-servers/${server.id}/sign-in`),
    onSuccess: ({ authorization_url, server: changed }) => {
      mcpServerChanged(changed);
      if (authorization_url === null) return notify("Signed in. Test it to see its tools.");
      // An address of another kind would run as a program of this page.
      if (/^https?:/.test(authorization_url)) location.assign(authorization_url);
    },
    onError: notifyFailure,
  });
  return (
    <Button isBusy={isPending} onClick={() => mutate()}>
      <LogIn size={16} aria-hidden />
      {server.oauth?.is_signed_in ? "Sign in again" : "Sign in"}
    </Button>
  );
}
