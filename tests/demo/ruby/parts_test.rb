# frozen_string_literal: true

require "minitest/autorun"
require "demo"

class PartsTest < Minitest::Test
  SET = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77"
  # Made by itsdangerous, of this set and of twenty like it, which it compresses.
  PROOF, LONG_PROOF = ENV.values_at("DEMO_PROOF", "DEMO_LONG_PROOF")
  WHEN = ENV["DEMO_WHEN"].to_i

  def test_a_proof_that_another_language_has_made_is_read
    assert_equal SET, freshness(WHEN + 5).gtid_set(PROOF)
    assert_equal ([SET] * 20).join(","), freshness(WHEN + 5).gtid_set(nil, "", LONG_PROOF)
  end

  def test_it_makes_the_same_one
    assert_equal PROOF, freshness(WHEN).proof(SET)
    long = ([SET] * 20).join(",")
    assert_equal long, freshness(WHEN).gtid_set(freshness(WHEN).proof(long))
  end

  def test_one_that_is_too_old_of_another_key_changed_or_nothing_at_all_is_none
    assert_empty freshness(WHEN + 61).gtid_set(PROOF)
    assert_empty Demo::Freshness.new("another key", clock: -> { WHEN }).gtid_set(PROOF)
    ["#{PROOF}x", PROOF[..-2], PROOF.sub(".", ".x"), "a.b.c", "..", "ä", "\xff"].each do |each|
      assert_empty freshness(WHEN).gtid_set(each), each
    end
  end

  def test_none_is_made_where_there_is_nothing_to_prove_or_too_much_to_carry
    assert_empty freshness(WHEN).proof("")
    many = (0...400).map { |each| format("%08d-71ca-11e1-9e33-%d:1-%d", each * 7919, each, each**3) }
    assert_empty freshness(WHEN).proof(many.join(","))
  end

  def test_the_page_names_every_host_and_escapes_what_was_stored
    ["lb1", "web2", "app1", "db1", "db2", "&lt;b&gt;&#39;bold&#39;", "03:04:05", "02 Jan 2026"].each { |word| assert_includes page, word }
    refute_includes page, "<b>"
  end

  def test_the_page_says_what_is_missing
    gone = Demo::Application::Witness.new(nil, 1.0, "No server.")
    assert_includes page(writer: gone), "reading goes on"
    assert_includes page(reader: gone, latest: nil), "No reader answers"
    assert_includes page(writer: gone, reader: gone, latest: nil), "The database is away"
    assert_includes page(latest: Demo::Answer.new([], "db2", true)), "Nothing is stored yet"
  end

  def test_a_line_begins_with_its_priority_and_is_one_line
    assert_equal "<3>{\"level\":\"error\",\"message\":\"a\\nb\"}\n", Demo::Journal.line(:error, { message: "a\nb" })
  end

  def test_clients_make_up_no_labels_and_what_they_say_is_quoted
    metrics = Demo::Metrics.new
    metrics.count("BREW", nil, 405, 0.2)
    metrics.watch("a \"pool\"\\", 3) { 1 }
    [
      'http_requests_total{method="other",route="none",status="405"} 1',
      'http_request_duration_seconds_bucket{method="other",route="none",le="0.1"} 0',
      'http_request_duration_seconds_bucket{method="other",route="none",le="0.25"} 1',
      'http_request_duration_seconds_bucket{method="other",route="none",le="+Inf"} 1',
      'http_request_duration_seconds_count{method="other",route="none"} 1',
      'database_sessions_in_use{pool="a \"pool\"\\\\"} 1'
    ].each { |line| assert_includes metrics.text.lines(chomp: true), line }
  end

  def test_all_that_the_environment_lacks_is_said_at_once
    error = assert_raises(Demo::Settings::Error) { Demo::Settings.from({ "SECRET_KEY" => "x" }) }
    assert_match(/lacks WEBSTACK_HOST, DATABASE_HOST.*DATABASE_READER_PASSWORD/, error.message)
  end

  def test_secrets_do_not_show
    names = Demo::Settings::NEEDED.to_h { |name| [name, name.end_with?("PORT") ? "1" : "hidden"] }
    shown = Demo::Settings.from(names)
    assert_equal "#<Demo::Account hidden at 1>", shown.writer.inspect
    refute_includes [shown.inspect, shown.to_s].join, "SECRET"
  end

  private

  def freshness(now) = Demo::Freshness.new("a key for tests", clock: -> { now })

  def page(**more)
    here = Demo::Application::Witness
    Demo::Application.new!.erb(
      :page, locals: {
        hops: { client: "192.0.2.7", balancer: "lb1", web: "web2", application: "app1", runtime: "Ruby", scheme: "https", request_id: "r" },
        writer: here.new("db1", 1.0), reader: here.new("db2", 1.0), key: "k", milliseconds: 2, length: 500,
        latest: Demo::Answer.new([{ text: "<b>'bold'", created_at: "2026-01-02T03:04:05.000001+00:00" }], "db2", true),
        now: Time.utc(2026, 1, 2, 3, 4, 5), **more
      }
    )
  end
end
