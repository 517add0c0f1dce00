# frozen_string_literal: true

# Brings the tables up to date, once, through the writer.
require "json"
require_relative "lib/demo"

PATIENCE_SECONDS = 15 # a proxy that has just started takes a moment to find the primary

database = Demo::Database.new(Demo::Settings.from(ENV))
deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + PATIENCE_SECONDS
begin
  answer = database.write(repeatable: true) { |session| Demo::Items.migrate(session) }
  puts JSON.generate(created: answer.value, host: answer.host)
rescue Demo::Unavailable => e
  abort e.message if Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline
  sleep 1
  retry
end
