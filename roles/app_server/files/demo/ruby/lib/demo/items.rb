# frozen_string_literal: true

module Demo
  # A stored item, and whether it was this call that stored it.
  Created = Struct.new(:item, :first)

  # The table of items and the questions asked of it. It is one table, whatever the application is written in.
  class Items
    DUPLICATE_ENTRY = 1062
    COLUMNS = "SELECT id, idempotency_key AS `key`, text, created_at FROM items"
    TABLE = <<~SQL
      CREATE TABLE IF NOT EXISTS items (
        id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
        idempotency_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL UNIQUE,
        text VARCHAR(500) CHARACTER SET utf8mb4 NOT NULL,
        created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
      ) ENGINE=InnoDB
    SQL

    def initialize(database)
      @database = database
    end

    # Creates the tables that do not exist yet and names them.
    def self.migrate(session)
      there = session.query("SHOW TABLES LIKE 'items'").count
      session.query(TABLE)
      there.zero? ? ["items"] : []
    end

    # Stores an item once: a repeated key gives the row of its first use, so repeating is always safe.
    def create(text, key)
      @database.write(repeatable: true) do |session|
        first = stored?(session, text, key)
        # A locking read sees the row of another transaction that committed after this one began.
        Created.new(item(session.query("#{COLUMNS} WHERE idempotency_key = ? FOR SHARE", key).first), first)
      end
    end

    # Lists items, newest first.
    def page(limit, before: nil, key: nil, after: "")
      @database.read(after: after) do |session|
        wanted = "WHERE (? IS NULL OR id < ?) AND (? IS NULL OR idempotency_key = ?)"
        session.query("#{COLUMNS} #{wanted} ORDER BY id DESC LIMIT ?", before, before, key, key, limit).map { |row| item(row) }
      end
    end

    # Finds one item.
    def get(number, after: "")
      @database.read(after: after) do |session|
        session.query("#{COLUMNS} WHERE id = ?", number).first&.then { |row| item(row) }
      end
    end

    private

    def stored?(session, text, key)
      session.query("INSERT INTO items (text, idempotency_key) VALUES (?, ?)", text, key)
      true
    rescue Mysql2::Error => e
      raise unless e.error_number == DUPLICATE_ENTRY

      false
    end

    # Sessions speak UTC.
    def item(row) = { **row.transform_keys(&:to_sym), created_at: row["created_at"].strftime("%Y-%m-%dT%H:%M:%S.%6N+00:00") }
  end
end
