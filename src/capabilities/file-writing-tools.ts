import { z } from "zod";
import { defineTool, type JsonValue, ToolFailure, type ToolWrite } from "@/agent-loop/tool";
import type { Script } from "@/database/database";
import { FilePath, MAX_FILE_BYTES } from "@/domain/file";
import type { ChangeFiles } from "@/files/change-files";
import type { ChangePlace } from "@/files/change-place";
import { textContent, toText } from "@/files/file-content";
import { givenContent } from "@/files/given-content";
import type { ReadFiles } from "@/files/read-files";
import { toolWrite } from "./tool-write";

export type FileWritingParts = { readFiles: ReadFiles; changeFiles: ChangeFiles };

const Path = FilePath.describe("Path of the file, such as /notes/plan.md.");

/** Tools that change a session's files, each in one commit with the end of its call. */
export function fileWritingTools({ readFiles, changeFiles }: FileWritingParts) {
  const changing = (sessionId: string, change: (place: ChangePlace) => Script<JsonValue>): ToolWrite =>
    toolWrite(({ tx, append }) => change({ tx, sessionId, append }));

  const writeFile = defineTool({
    name: "write_file",
    description:
      "Write a file, in place of what it held. Directories above it are made. For a change in a file that is there, use edit_file.",
    input: z.object({
      path: Path,
      content: z.string().describe("All that the file is to hold."),
      encoding: z.enum(["text", "base64"]).default("text").describe("base64 for what is not text."),
    }),
    effect: "transactional",
    run({ path, content, encoding }, { sessionId }) {
      const given = givenContent({ content, encoding });
      return changing(sessionId, function* (place) {
        const { row, isNew } = yield* changeFiles.write(place, { path, content: given });
        return { path, size_bytes: row.sizeBytes, created: isNew };
      });
    },
  });

  const editFile = defineTool({
    name: "edit_file",
    description:
      "Replace a piece of text in a file. old_text must be in the file exactly as given, blanks and line breaks included, and only once: give enough around it, or set replace_all.",
    input: z.object({
      path: Path,
      old_text: z.string().min(1).describe("The text to replace."),
      new_text: z.string().describe("What to put there; empty deletes it."),
      replace_all: z.boolean().default(false).describe("Replace it everywhere in the file."),
    }),
    effect: "transactional",
    run: ({ path, old_text, new_text, replace_all }, { sessionId }) =>
      changing(sessionId, function* (place) {
        const { bytes, isText } = yield* readFiles.contentOf(yield* changeFiles.get(place, path));
        if (!isText) throw new ToolFailure("This file is not text: write it anew with write_file.");
        const pieces = toText(bytes).split(old_text);
        const count = pieces.length - 1;
        if (count === 0) throw new ToolFailure("old_text is not in the file. Read the file and give the text exactly as it is there.");
        if (count > 1 && !replace_all)
          throw new ToolFailure(`old_text is in the file ${count} times. Give more of what is around it, or set replace_all.`);
        refuseGrowth(bytes.byteLength, count, old_text, new_text);
        const { row } = yield* changeFiles.write(place, { path, content: textContent(pieces.join(new_text)) });
        return { path, replacements: count, size_bytes: row.sizeBytes };
      }),
  });

  const deleteFile = defineTool({
    name: "delete_file",
    description: "Delete a file, or a directory. A directory that is not empty needs recursive.",
    input: z.object({ path: Path, recursive: z.boolean().default(false).describe("Delete what is in the directory too.") }),
    effect: "transactional",
    run: ({ path, recursive }, { sessionId }) =>
      changing(sessionId, function* (place) {
        return { path, deleted: yield* changeFiles.remove(place, path, { isRecursive: recursive, isForced: false }) };
      }),
  });

  const moveFile = defineTool({
    name: "move_file",
    description: "Move or rename a file or directory. Nothing may be at the new path yet; directories above it are made.",
    input: z.object({ src_path: FilePath.describe("Where it is."), dst_path: FilePath.describe("Where it is to be, name included.") }),
    effect: "transactional",
    run: ({ src_path, dst_path }, { sessionId }) =>
      changing(sessionId, function* (place) {
        const { path } = yield* changeFiles.move(place, src_path, dst_path);
        return { src_path, path };
      }),
  });

  return { writeFile, editFile, deleteFile, moveFile };
}

/** Before the text is made: many replacements of little by much would be more than memory holds. */
function refuseGrowth(bytes: number, count: number, oldText: string, newText: string): void {
  const size = bytes + count * (Buffer.byteLength(newText) - Buffer.byteLength(oldText));
  if (size > MAX_FILE_BYTES) throw new ToolFailure(`The file would be larger than ${MAX_FILE_BYTES} bytes.`);
}
