/** What the files of one session may take up. */
export type FileLimits = {
  /** Files and directories. */
  maxEntries: number;
  /** Of what is there now. */
  maxBytes: number;
  /** Of earlier versions, which make forks and looks into the past possible: beyond it, the oldest are let go. */
  maxPastBytes: number;
};

const MIB = 1024 * 1024;

export const fileLimitsOf = ({ maxMib, maxEntries, pastMib }: { maxMib: number; maxEntries: number; pastMib: number }): FileLimits => ({
  maxEntries,
  maxBytes: maxMib * MIB,
  maxPastBytes: pastMib * MIB,
});
