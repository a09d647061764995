import { Database } from "bun:sqlite";

/**
 * Breaks the promise that is under test: a transaction is reported as durable `delayMs` before it is. Until then it is open, so the
 * process itself sees no difference, and a kill takes all of it back.
 */
export function commitLate(delayMs: number): void {
  const run = Database.prototype.run;
  const isPlanned = new WeakSet<Database>();

  Database.prototype.run = function (this: Database, sql, ...values) {
    const isInvolved = sql === "BEGIN IMMEDIATE" || sql.startsWith("PRAGMA synchronous") ? this.inTransaction : sql === "COMMIT";
    if (!isInvolved) return run.call(this, sql, ...values);
    if (sql === "COMMIT" && !isPlanned.has(this)) {
      setTimeout(() => commit(this), delayMs);
      isPlanned.add(this);
    }
    return { changes: 0, lastInsertRowid: 0 };
  };

  function commit(database: Database): void {
    isPlanned.delete(database);
    if (database.inTransaction) run.call(database, "COMMIT");
  }
}
