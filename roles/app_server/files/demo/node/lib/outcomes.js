// What a database error says about the transaction that it ended.
//
// Only a transaction that was certainly not committed may be run again without asking. Until COMMIT is sent that is
// every transaction: a server that loses its client, or dies, rolls back. Once COMMIT is sent, only an answer that
// names a refusal proves it; a session that breaks before the answer leaves the outcome unknown.

export const Outcome = Object.freeze({ NOT_COMMITTED: "not committed", UNKNOWN: "unknown", REFUSED: "refused" });

// The server lives but is not (or no longer) the primary: super_read_only, read-only mode.
const READ_ONLY = new Set([1290, 1836]);

// The server's own word that it rolled the transaction back: a lock was waited for too long, a deadlock, and Group
// Replication before the commit and at it.
const ROLLED_BACK = new Set([1205, 1213, 3100, 3101]);

// There was no session, or the server ended it: too many connections, shutting down, too many sessions of the account,
// offline, killed, idle for too long.
const NO_SESSION = new Set([1040, 1053, 1203, 3032, 3169, 4031]);

/** The server's number of an error; null for one that is the driver's or the system's own. */
export function codeOf(error) {
  return error.sqlState !== undefined && error.errno > 0 ? error.errno : null;
}

/** Classifies an error by its number. */
export function outcomeOf(code, { committing }) {
  if (READ_ONLY.has(code) || ROLLED_BACK.has(code)) return Outcome.NOT_COMMITTED;
  if (committing) return Outcome.UNKNOWN;
  return code === null || NO_SESSION.has(code) ? Outcome.NOT_COMMITTED : Outcome.REFUSED;
}
