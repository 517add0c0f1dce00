# frozen_string_literal: true

require "json"

module Demo
  # One JSON object a line for the journal, with what systemd reads from its start: `journalctl --priority=err` finds it.
  module Journal
    PRIORITIES = { error: 3, warning: 4, info: 6 }.freeze

    # One line of the journal.
    def self.line(level, fields) = "<#{PRIORITIES.fetch(level)}>#{JSON.generate({ level: level, **fields })}\n"

    # Something that happened.
    def self.event(level, message, **more) = $stderr.write(line(level, { logger: "demo", message: message, **more }))

    # A request that was answered.
    def self.access(**fields) = $stdout.write(line(:info, { logger: "access", **fields }))
  end
end

# Lines reach the journal when they are written, and each of them whole.
$stdout.sync = true
