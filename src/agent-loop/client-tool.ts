import { z } from "zod";
import { inputSchemaOf } from "@/domain/json-schema";
import type { ClientTool } from "@/domain/tool";
import type { Tool } from "./tool";

/** A tool that the client runs: the model sees it like any other, and a call to it waits for the client's result. */
export const clientTool = ({ name, description, parameters }: ClientTool): Tool => ({
  name,
  description: description ?? "",
  parameters,
  // Made when the first call is there to be checked, which most turns never have.
  input: z.lazy(() => inputSchemaOf(parameters) ?? z.json()),
  effect: "unsafe",
  policy: "auto",
  runsOn: "client",
  run: () => {
    throw new Error("A tool of the client's was run here");
  },
});
