/** The bytes of a database are not what they were when they were written. Source: sqlite.org/rescode.html */
export const isDamage = (error: unknown): boolean =>
  error instanceof Error && "code" in error && /^SQLITE_(CORRUPT|NOTADB)/.test(String(error.code));
