# frozen_string_literal: true

# The parts of the application. What needs a database driver or a web framework comes last: the rest is decided without.
module Demo
end

require_relative "demo/settings"
require_relative "demo/outcome"
require_relative "demo/retry"
require_relative "demo/freshness"
require_relative "demo/journal"
require_relative "demo/metrics"
require_relative "demo/database"
require_relative "demo/items"
require_relative "demo/application"
