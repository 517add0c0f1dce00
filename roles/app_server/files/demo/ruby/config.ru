# frozen_string_literal: true

# A small application that shows the stack at work: who answered, what was written, what was read back.
require_relative "lib/demo"

settings = Demo::Settings.from(ENV)
run Demo::Application.for(settings, Demo::Database.new(settings))
