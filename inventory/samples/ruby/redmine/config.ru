# frozen_string_literal: true

require_relative "config/environment"

map("/healthz") { run ->(_environment) { [200, { "content-type" => "text/plain" }, ["ok\n"]] } }
run Rails.application
