// The table of items and the questions asked of it. It is one table, whatever the application is written in.

const DUPLICATE_ENTRY = 1062;
const COLUMNS = "SELECT id, idempotency_key AS `key`, text, created_at FROM items";
const TABLE = `CREATE TABLE IF NOT EXISTS items (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  idempotency_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL UNIQUE,
  text VARCHAR(500) CHARACTER SET utf8mb4 NOT NULL,
  created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
) ENGINE=InnoDB`;

// Sessions speak UTC.
const item = (row) => ({ ...row, created_at: `${row.created_at.replace(" ", "T")}+00:00` });

export class Items {
  #database;

  constructor(database) {
    this.#database = database;
  }

  /** Stores an item once: a repeated key gives the row of its first use, so repeating is always safe. */
  create(text, key) {
    const work = async (session) => {
      let first = true;
      try {
        await session.query("INSERT INTO items (text, idempotency_key) VALUES (?, ?)", text, key);
      } catch (error) {
        if (error.errno !== DUPLICATE_ENTRY) throw error;
        first = false;
      }
      // A locking read sees the row of another transaction that committed after this one began.
      const [row] = await session.query(`${COLUMNS} WHERE idempotency_key = ? FOR SHARE`, key);
      return { item: item(row), first };
    };
    return this.#database.write(work, { repeatable: true });
  }

  /** Lists items, newest first. */
  page({ limit, before = null, key = null }, after = "") {
    const work = async (session) => {
      const wanted = "WHERE (? IS NULL OR id < ?) AND (? IS NULL OR idempotency_key = ?)";
      const rows = await session.query(
        `${COLUMNS} ${wanted} ORDER BY id DESC LIMIT ?`, before, before, key, key, limit,
      );
      return rows.map(item);
    };
    return this.#database.read(work, after);
  }

  /** Finds one item. */
  get(number, after = "") {
    const work = async (session) => {
      const [row] = await session.query(`${COLUMNS} WHERE id = ?`, number);
      return row ? item(row) : null;
    };
    return this.#database.read(work, after);
  }
}

/** Creates the tables that do not exist yet and names them. */
export async function migrate(session) {
  const there = await session.query("SHOW TABLES LIKE 'items'");
  await session.query(TABLE);
  return there.length ? [] : ["items"];
}
