# frozen_string_literal: true

module Demo
  # What a database error says about the transaction that it ended.
  #
  # Only a transaction that was certainly not committed may be run again without asking. Until COMMIT is sent that is
  # every transaction: a server that loses its client, or dies, rolls back. Once COMMIT is sent, only an answer that
  # names a refusal proves it; a session that breaks before the answer leaves the outcome unknown.
  module Outcome
    NOT_COMMITTED = "not committed"
    UNKNOWN = "unknown"
    REFUSED = "refused"

    # The server lives but is not (or no longer) the primary: super_read_only, read-only mode.
    READ_ONLY = [1290, 1836].freeze

    # The server's own word that it rolled the transaction back: a lock was waited for too long, a deadlock, and Group
    # Replication before the commit and at it.
    ROLLED_BACK = [1205, 1213, 3100, 3101].freeze

    # There was no session, or the server ended it: too many connections, shutting down, too many sessions of the account,
    # offline, killed, idle for too long.
    NO_SESSION = [1040, 1053, 1203, 3032, 3169, 4031].freeze

    # What the driver says itself: it found no server, or lost it.
    DRIVER = (2000..2999)

    # Classifies an error by its number; nil stands for one that the driver gave no number.
    def self.of(code, committing:)
      return NOT_COMMITTED if READ_ONLY.include?(code) || ROLLED_BACK.include?(code)
      return UNKNOWN if committing

      code.nil? || NO_SESSION.include?(code) || DRIVER.cover?(code) ? NOT_COMMITTED : REFUSED
    end
  end
end
