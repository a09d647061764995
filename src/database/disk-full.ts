/**
 * A file could not grow: the file system is full, or over its quota. What was asked for has not happened, what is kept can be read,
 * and the same will work once there is room. Source: sqlite.org/rescode.html
 */
const CODES = new Set(["SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "ENOSPC", "EDQUOT"]);

export const isDiskFull = (error: unknown): boolean => error instanceof Error && "code" in error && CODES.has(String(error.code));
