import { z } from "zod";
import { doc, resource } from "@/http/resource";

const Health = z
  .object({
    status: z.enum(["ok", "draining"]),
    version: z.string(),
    runner_mode: z.enum(["in_process"]),
    auth_mode: z.enum(["none", "admin", "full"]),
  })
  .meta({ id: "Health" });

const Ready = z.object({ status: z.enum(["ready", "starting", "draining"]) }).meta({ id: "Ready" });

export type Stage = "starting" | "ready" | "draining";

type Parts = { version: string; runnerMode: "in_process"; authMode: "none" | "admin" | "full"; stage: () => Stage };

export const healthRoutes = ({ version, runnerMode, authMode, stage }: Parts) =>
  resource("" as "/", "health")
    .get(
      "/health",
      () => {
        const isDraining = stage() === "draining";
        const body = { status: isDraining ? "draining" : "ok", version, runner_mode: runnerMode, auth_mode: authMode };
        return Response.json(body, { status: isDraining ? 503 : 200 });
      },
      {
        detail: doc({
          operationId: "getHealth",
          summary: "Whether the server is up",
          answers: { 200: Health, 503: Health },
          isPublic: true,
        }),
      },
    )
    .get("/ready", () => Response.json({ status: stage() }, { status: stage() === "ready" ? 200 : 503 }), {
      detail: doc({
        operationId: "getReady",
        summary: "Whether migrations are done and open turns are taken up",
        answers: { 200: Ready, 503: Ready },
        isPublic: true,
      }),
    });
