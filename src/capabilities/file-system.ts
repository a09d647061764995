import type { CapabilityDefinition } from "./capability-definition";
import { type FileReadingParts, fileReadingTools } from "./file-reading-tools";
import { type FileWritingParts, fileWritingTools } from "./file-writing-tools";

/** What the catalog says of it before its tools have a database to work on. */
export const fileSystemOutline: CapabilityDefinition = {
  id: "file_system",
  name: "File System Access",
  description: "Reads, writes, finds and edits files that belong to the session.",
  status: "available",
  icon: "folder",
  category: "File Operations",
  prompt: [
    "This session has files of its own, under paths such as /notes.md or /src/main.ts. They are kept with the conversation; they are not",
    "files of any computer. Look before you change: read_file before edit_file. Use edit_file for a change and write_file for a new file.",
    "Find things with grep_files and find_files instead of reading everything.",
  ].join("\n"),
  tools: [],
};

export const fileSystem = (parts: FileReadingParts & FileWritingParts): CapabilityDefinition => {
  const { readFile, listDirectory, findFiles, grepFiles, statFile } = fileReadingTools(parts);
  const { writeFile, editFile, deleteFile, moveFile } = fileWritingTools(parts);
  return {
    ...fileSystemOutline,
    tools: [readFile, writeFile, listDirectory, grepFiles, deleteFile, statFile, moveFile, editFile, findFiles],
  };
};
