// Sessions with the database: a writer that follows the primary, a reader on the replicas.
//
// Both are local ports of the proxy beside the application, so a host name never changes here; who answers does.
import { readFileSync } from "node:fs";

import mysql from "mysql2/promise";

import { event } from "./journal.js";
import { databaseErrors, watchPool } from "./metrics.js";
import { Outcome, codeOf, outcomeOf } from "./outcomes.js";
import { Unavailable, attempts } from "./retry.js";
import { Turns } from "./turns.js";

export { Unavailable };

const CONNECT_MS = 1000;
const WRITER_MS = 2000; // how long the primary may take over one answer
const READER_MS = 1000; // less, so that a reader that went dark leaves time to ask another
const FREE_SESSION_MS = 500;
const WAIT_FOR_WRITE_SECONDS = 0.5;
// A lock wait ends with the server's word (rolled back) before the driver's patience ends in silence.
const INIT = "SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 1";

/** One session while a request holds it. */
class Session {
  constructor(connection, timeout, host = "") {
    Object.assign(this, { connection, timeout, host });
  }

  /** The rows of an answer. */
  async query(sql, ...values) {
    const [rows] = await this.connection.query({ sql, values, timeout: this.timeout });
    return rows;
  }

  async value(sql, ...values) {
    const [row] = await this.query(sql, ...values);
    return row && Object.values(row)[0];
  }
}

/** One of the two ways to the data. */
class Way {
  constructor(name, settings, account, sessions, timeout) {
    this.timeout = timeout;
    this.place = `${settings.databaseHost}:${account.port}`;
    this.recycleMs = settings.recycleSeconds * 1000;
    this.born = new WeakMap();
    // mysql2's own queue knows no patience: whoever gets a turn finds a session, or room for one.
    this.turns = new Turns(sessions);
    watchPool(name, this.turns);
    // Nothing connects before the first use, so the application starts without a database.
    this.pool = mysql.createPool({
      host: settings.databaseHost,
      port: account.port,
      user: account.user,
      password: account.password,
      database: settings.databaseSchema,
      charset: "utf8mb4",
      timezone: "Z",
      dateStrings: true,
      connectionLimit: sessions,
      connectTimeout: CONNECT_MS,
      ssl: {
        // The server's certificate must be signed by a CA that the stack trusts, and carry the name of the database.
        // Read with each new session: the file changes while a CA takes another's place.
        get ca() {
          return readFileSync(settings.databaseCaFile, "utf8");
        },
        verifyIdentity: true,
      },
    });
  }

  /** Does work in a session that answers. One that has seen an error is used no more: what it began is rolled back. */
  async within(work) {
    if (!(await this.turns.take(FREE_SESSION_MS))) {
      throw new Unavailable(`All sessions to ${this.place} are busy.`, Outcome.REFUSED);
    }
    let session;
    try {
      session = await this.#session();
      const result = await work(session);
      session.connection.release();
      return result;
    } catch (error) {
      session?.connection.destroy();
      throw error;
    } finally {
      this.turns.give();
    }
  }

  // The proxy cuts every session of a server that loses its role: one question a checkout, which also says who is at
  // the other end, is cheaper than one failed request for each pooled session.
  async #session() {
    for (;;) {
      const connection = await this.pool.getConnection().catch((error) => this.#silent(error));
      const session = new Session(connection, this.timeout);
      const born = this.born.get(connection.connection);
      try {
        if (born === undefined) {
          this.born.set(connection.connection, Date.now());
          await session.query(INIT);
        }
        if (born === undefined || Date.now() - born < this.recycleMs) {
          session.host = await session.value("SELECT @@hostname");
          return session;
        }
        connection.destroy();
      } catch (error) {
        connection.destroy();
        if (born === undefined) this.#silent(error);
      }
    }
  }

  #silent(error) {
    throw new Unavailable(`No database server answers at ${this.place}: ${reason(error)}.`, Outcome.NOT_COMMITTED);
  }
}

/** The two ways to the data. */
export class Database {
  constructor(settings) {
    // A slow or silent primary must not take the sessions that readers need: writers wait in a smaller pool.
    const half = Math.max(1, Math.floor(settings.sessions / 2));
    this.writer = new Way("writer", settings, settings.writer, half, WRITER_MS);
    this.reader = new Way("reader", settings, settings.reader, settings.sessions, READER_MS);
  }

  /** Runs a transaction on the primary, again if it was certainly not committed, or is harmless to repeat. */
  write(work, { repeatable }) {
    return attempts(() => this.writer.within((session) => transaction(session, work)), { repeatable, failed });
  }

  /** Runs queries on a reader that holds the writes in `after`; else on the writer; else says that they are old. */
  async read(work, after = "") {
    const ask = () => this.reader.within((session) => query(session, work, after));
    const answer = await attempts(ask, { repeatable: true, failed });
    if (answer.fresh) return answer;
    try {
      return await this.writer.within((session) => query(session, work));
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      event("warning", `A read could not see the write before it: the reader ${answer.host} is behind. ${error.message}`);
      return answer;
    }
  }

  /** Names the primary: a server that answers but refuses writes is none. */
  async writerHost() {
    const readOnly = (session) => session.value("SELECT @@GLOBAL.super_read_only");
    const { value, host } = await this.writer.within((session) => query(session, readOnly));
    if (value) throw new Unavailable(`${host} answered as writer but is read-only.`, Outcome.NOT_COMMITTED);
    return host;
  }

  /** Names a server that answers reads. */
  async readerHost() {
    return (await this.read(async () => {})).host;
  }

  end() {
    return Promise.all([this.writer.pool.end(), this.reader.pool.end()]);
  }
}

async function transaction(session, work) {
  let committing = false;
  let value;
  try {
    await session.query("START TRANSACTION");
    value = await work(session);
    committing = true;
    await session.query("COMMIT");
  } catch (error) {
    throw unavailable(session, error, committing);
  }
  return { value, host: session.host, fresh: true, written: await executed(session) };
}

async function query(session, work, after = "") {
  try {
    const fresh = !after || (await holds(session, after));
    return { value: await work(session), host: session.host, fresh, written: "" };
  } catch (error) {
    throw unavailable(session, error, false);
  }
}

/** Waits, with a bound, until the server has executed these transactions. */
async function holds(session, gtidSet) {
  const wait = "SELECT WAIT_FOR_EXECUTED_GTID_SET(?, ?)";
  return (await session.value(wait, gtidSet, WAIT_FOR_WRITE_SECONDS)) === 0;
}

/** Names all that the primary has executed: it contains the commit just made. */
async function executed(session) {
  try {
    return (await session.value("SELECT @@GLOBAL.gtid_executed")).replaceAll(/\s/g, "");
  } catch {
    return ""; // The write stands; only the promise to read it at once is gone.
  }
}

function unavailable(session, error, committing) {
  const outcome = outcomeOf(codeOf(error), { committing });
  return new Unavailable(`${session.host} did not finish the work (${outcome}): ${reason(error)}.`, outcome);
}

function failed(failure) {
  databaseErrors.inc({ outcome: failure.outcome });
  event("info", failure.message);
}

function reason(error) {
  const sentence = (error.message || error.code || String(error)).replace(/\.$/, "");
  return codeOf(error) === null ? sentence : `${sentence} (${error.errno})`;
}
