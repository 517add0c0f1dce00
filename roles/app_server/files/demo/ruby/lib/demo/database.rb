# frozen_string_literal: true

require "mysql2"

module Demo
  # A result, the host it came from, and how it stands to the writes before it. `written` is the GTID set that a reader
  # must hold to know of this write.
  Answer = Struct.new(:value, :host, :fresh, :written)

  # One session with a server.
  class Session
    attr_reader :host

    def initialize(client)
      @client = client
      @born = Retry.now
    end

    # The rows of an answer; each `?` stands for a value.
    def query(sql, *values) = @client.query(sql.gsub("?") { quoted(values.shift) })

    def value(sql, *values) = query(sql, *values).first&.values&.first

    # Asks who is at the other end, and so whether anybody is.
    def greet = @host = value("SELECT @@hostname")

    def age = Retry.now - @born

    def close = @client.close

    private

    def quoted(value)
      case value
      when nil then "NULL"
      when Numeric then value.to_s
      else "'#{@client.escape(value)}'"
      end
    end
  end

  # One of the two ways to the data: a pool of sessions.
  class Way
    CONNECT_SECONDS = 1
    FREE_SESSION_SECONDS = 0.5
    # A lock wait ends with the server's word (rolled back) before the driver's patience ends in silence.
    INIT = "SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 1"

    # Room for a session, with or without one in it.
    Room = Struct.new(:session)

    # Nothing connects before the first use, so the application starts without a database.
    def initialize(name, settings, account, sessions, seconds)
      @place = "#{settings.database_host}:#{account.port}"
      @recycle_seconds = settings.recycle_seconds
      @free = Array.new(sessions) { Room.new }
      @lock = Mutex.new
      @freed = ConditionVariable.new
      @options = {
        host: settings.database_host, port: account.port, username: account.user, password: account.password,
        database: settings.database_schema, encoding: "utf8mb4", init_command: INIT, database_timezone: :utc,
        connect_timeout: CONNECT_SECONDS, read_timeout: seconds, write_timeout: seconds,
        # The server's certificate must be signed by a CA that the stack trusts, and carry the name of the database.
        # Read with each new session: the file changes while a CA takes another's place.
        # The distribution's driver goes by MariaDB's library, which knows the flag in place of the mode.
        sslca: settings.database_ca_file, sslverify: true
      }
      METRICS.watch(name, sessions) { sessions - @free.size }
    end

    # Does work in a session that answers. One that has seen an error is used no more: what it began is rolled back.
    def within
      room = take
      done = false
      result = yield answering(room)
      done = true
      result
    ensure
      empty(room) if room && !done
      give(room) if room
    end

    private

    def take
      deadline = Retry.now + FREE_SESSION_SECONDS
      @lock.synchronize do
        while @free.empty?
          left = deadline - Retry.now
          raise Unavailable.new("All sessions to #{@place} are busy.", Outcome::REFUSED) unless left.positive?

          @freed.wait(@lock, left)
        end
        @free.pop
      end
    end

    def give(room)
      @lock.synchronize do
        @free.push(room)
        @freed.signal
      end
    end

    # The proxy cuts every session of a server that loses its role: one question a checkout is cheaper than one failed
    # request for each pooled session.
    def answering(room)
      empty(room) if room.session && (room.session.age > @recycle_seconds || !greets?(room.session))
      room.session ||= Session.new(Mysql2::Client.new(@options)).tap(&:greet)
    rescue Mysql2::Error => e
      raise Unavailable.new("No database server answers at #{@place}: #{Way.reason(e)}.", Outcome::NOT_COMMITTED)
    end

    def greets?(session)
      session.greet
    rescue Mysql2::Error
      false
    end

    def empty(room)
      room.session&.close
    rescue Mysql2::Error
      # It has already said all it had to.
    ensure
      room.session = nil
    end

    def self.reason(error)
      sentence = error.message.to_s.delete_suffix(".")
      error.error_number ? "#{sentence} (#{error.error_number})" : sentence
    end
  end

  # The two ways to the data: a writer that follows the primary, a reader on the replicas. Both are local ports of the
  # proxy beside the application, so a host name never changes here; who answers does.
  class Database
    WRITER_SECONDS = 2 # how long the primary may take over one answer
    READER_SECONDS = 1 # less, so that a reader that went dark leaves time to ask another
    WAIT_FOR_WRITE_SECONDS = 0.5

    def initialize(settings)
      # A slow or silent primary must not take the threads that readers need: writers wait in a smaller pool.
      @writer = Way.new("writer", settings, settings.writer, [1, settings.sessions / 2].max, WRITER_SECONDS)
      @reader = Way.new("reader", settings, settings.reader, settings.sessions, READER_SECONDS)
    end

    # Runs a transaction on the primary, again if it was certainly not committed, or is harmless to repeat.
    def write(repeatable:, &work)
      attempts(repeatable: repeatable) { @writer.within { |session| transaction(session, work) } }
    end

    # Runs queries on a reader that holds the writes in `after`; else on the writer; else says that they are old.
    def read(after: "", &work)
      answer = attempts(repeatable: true) { @reader.within { |session| query(session, work, after) } }
      return answer if answer.fresh

      begin
        @writer.within { |session| query(session, work) }
      rescue Unavailable => e
        Journal.event(:warning, "A read could not see the write before it: the reader #{answer.host} is behind. #{e.message}")
        answer
      end
    end

    # Names the primary: a server that answers but refuses writes is none.
    def writer_host
      read_only = ->(session) { session.value("SELECT @@GLOBAL.super_read_only") }
      answer = @writer.within { |session| query(session, read_only) }
      return answer.host if answer.value.zero?

      raise Unavailable.new("#{answer.host} answered as writer but is read-only.", Outcome::NOT_COMMITTED)
    end

    # Names a server that answers reads.
    def reader_host = read { nil }.host

    private

    def attempts(repeatable:, &attempt)
      failed = lambda do |failure|
        METRICS.error(failure.outcome)
        Journal.event(:info, failure.message)
      end
      Retry.attempts(repeatable: repeatable, failed: failed, &attempt)
    end

    def transaction(session, work)
      committing = false
      session.query("START TRANSACTION")
      value = work.call(session)
      committing = true
      session.query("COMMIT")
      Answer.new(value, session.host, true, executed(session))
    rescue Mysql2::Error => e
      raise unavailable(session, e, committing)
    end

    def query(session, work, after = "")
      fresh = after.empty? || holds?(session, after)
      Answer.new(work.call(session), session.host, fresh, "")
    rescue Mysql2::Error => e
      raise unavailable(session, e, false)
    end

    # Waits, with a bound, until the server has executed these transactions.
    def holds?(session, gtid_set)
      session.value("SELECT WAIT_FOR_EXECUTED_GTID_SET(?, ?)", gtid_set, WAIT_FOR_WRITE_SECONDS).zero?
    end

    # Names all that the primary has executed: it contains the commit just made.
    def executed(session)
      session.value("SELECT @@GLOBAL.gtid_executed").gsub(/\s/, "")
    rescue Mysql2::Error
      "" # The write stands; only the promise to read it at once is gone.
    end

    def unavailable(session, error, committing)
      outcome = Outcome.of(error.error_number, committing: committing)
      Unavailable.new("#{session.host} did not finish the work (#{outcome}): #{Way.reason(error)}.", outcome)
    end
  end
end
