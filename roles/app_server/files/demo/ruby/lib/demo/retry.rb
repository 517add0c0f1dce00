# frozen_string_literal: true

module Demo
  # The database could not do the work; says what became of the transaction.
  class Unavailable < StandardError
    attr_reader :outcome

    def initialize(sentence, outcome)
      super(sentence)
      @outcome = outcome
    end
  end

  # When work is done again.
  module Retry
    # Before each further attempt. A planned move of the primary takes up to a second, and each attempt may get another
    # pooled session to the old one; a client that waits a second for an answer still gets one.
    PAUSES = [0.1, 0.3, 0.4].freeze
    DEADLINE_SECONDS = 3 # no attempt begins later than this

    # Makes an attempt, and further ones after errors that prove that nothing was committed. A session lost during COMMIT
    # leaves the outcome unknown; then only what is harmless to repeat (it carries an idempotency key) is tried again.
    def self.attempts(repeatable:, pause: method(:sleep), failed: ->(_failure) {})
      deadline = now + DEADLINE_SECONDS
      pauses = PAUSES.dup
      unknown = false
      begin
        yield
      rescue Unavailable => e
        failed.call(e)
        # Once one attempt may have been committed, no later failure makes that certain again.
        unknown ||= e.outcome == Outcome::UNKNOWN
        again = e.outcome == Outcome::NOT_COMMITTED || (e.outcome == Outcome::UNKNOWN && repeatable)
        wait = pauses.shift
        raise unknown ? Unavailable.new(e.message, Outcome::UNKNOWN) : e if !again || wait.nil? || now + wait > deadline

        pause.call(wait)
        retry
      end
    end

    def self.now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end
