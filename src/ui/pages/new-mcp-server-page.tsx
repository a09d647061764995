import { NewMcpServerForm } from "@/ui/mcp-servers/new-mcp-server-form";
import { PageFrame } from "@/ui/parts/page-frame";

export const NewMcpServerPage = () => (
  <PageFrame
    title="Add an MCP server"
    description="It is reached over HTTP. Only add servers that you trust: what their tools are called and say is read by the model."
    back={{ to: "/mcp-servers", label: "MCP servers" }}
  >
    <NewMcpServerForm />
  </PageFrame>
);
