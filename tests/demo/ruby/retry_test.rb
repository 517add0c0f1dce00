# frozen_string_literal: true

require "minitest/autorun"
require "demo/outcome"
require "demo/retry"

class RetryTest < Minitest::Test
  include Demo::Outcome

  def test_what_an_error_says_about_a_transaction
    [
      [1290, false, NOT_COMMITTED], [1290, true, NOT_COMMITTED], # read-only: never executed
      [1213, false, NOT_COMMITTED], [3101, true, NOT_COMMITTED], # rolled back, in the server's own words
      [2013, false, NOT_COMMITTED], [2013, true, UNKNOWN], # the session broke
      [2026, false, NOT_COMMITTED], [nil, false, NOT_COMMITTED], [nil, true, UNKNOWN],
      [1062, false, REFUSED], [1062, true, UNKNOWN]
    ].each { |code, committing, outcome| assert_equal outcome, Demo::Outcome.of(code, committing: committing), code.inspect }
  end

  def test_work_that_was_not_committed_is_done_again_after_longer_and_longer_pauses
    assert_equal ["done", [0.1, 0.3], [NOT_COMMITTED] * 2], run_with([NOT_COMMITTED] * 2, repeatable: false)
  end

  def test_there_is_an_end_to_it
    assert_equal [NOT_COMMITTED, [0.1, 0.3, 0.4]], run_with([NOT_COMMITTED] * 9, repeatable: true).first(2)
  end

  def test_what_may_have_been_committed_is_done_again_only_if_that_is_harmless
    assert_equal "done", run_with([UNKNOWN], repeatable: true).first
    assert_equal [UNKNOWN, [], [UNKNOWN]], run_with([UNKNOWN], repeatable: false)
  end

  def test_what_was_refused_is_not_asked_again
    assert_equal [REFUSED, []], run_with([REFUSED], repeatable: true).first(2)
  end

  def test_once_unknown_it_stays_unknown
    assert_equal UNKNOWN, run_with([UNKNOWN, NOT_COMMITTED, REFUSED], repeatable: true).first
  end

  def test_a_fault_of_the_application_is_none_of_the_database
    assert_raises(TypeError) { Demo::Retry.attempts(repeatable: true) { raise TypeError } }
  end

  private

  # Attempts that fail so, one after the other, then one that does not.
  def run_with(outcomes, repeatable:)
    left, pauses, failed = outcomes.dup, [], []
    told = ->(failure) { failed << failure.outcome }
    result = Demo::Retry.attempts(repeatable: repeatable, pause: pauses.method(:push), failed: told) do
      left.empty? ? "done" : raise(Demo::Unavailable.new("gone", left.shift))
    end
    [result, pauses, failed]
  rescue Demo::Unavailable => e
    [e.outcome, pauses, failed]
  end
end
