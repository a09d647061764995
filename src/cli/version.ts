import { defineCommand } from "citty";
import { VERSION } from "@/version";
import { print, printJson } from "./client/output";

export const version = defineCommand({
  meta: { name: "version", description: "Print the version" },
  args: { json: { type: "boolean", description: "print JSON" } },
  run: ({ args }) =>
    args.json ? printJson({ version: VERSION, bun: Bun.version, platform: process.platform, arch: process.arch }) : print(VERSION),
});
