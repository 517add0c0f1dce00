# frozen_string_literal: true

# The smallest application in Ruby: it says who it is.
require "json"

PAGES = {
  "/healthz" => { healthy: true },
  "/whoami" => { application: ENV.fetch("WEBSTACK_HOST"), runtime: "ruby", version: File.read("VERSION").strip }
}.freeze

run(lambda do |env|
  found = PAGES[env["PATH_INFO"]]
  [found ? 200 : 404, { "content-type" => "application/json" }, [JSON.generate(found || { error: "There is no such page." })]]
end)
