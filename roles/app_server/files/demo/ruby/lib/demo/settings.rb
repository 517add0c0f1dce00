# frozen_string_literal: true

module Demo
  # One way into the database: where it listens and who asks. The password does not show when it is inspected.
  Account = Struct.new(:port, :user, :password) do
    def inspect = "#<Demo::Account #{user} at #{port}>"
    alias_method :to_s, :inspect
  end

  # What the application is told by its environment.
  class Settings
    # The environment does not say what the application must know.
    class Error < StandardError; end

    NEEDED = %w[WEBSTACK_HOST SECRET_KEY DATABASE_HOST DATABASE_CA_FILE DATABASE_SCHEMA].concat(
      %w[WRITER READER].product(%w[PORT USER PASSWORD]).map { |role, part| "DATABASE_#{role}_#{part}" }
    ).freeze

    attr_reader :application_host, :secret_key, :database_host, :database_ca_file, :database_schema, :writer, :reader,
                :sessions, :recycle_seconds

    # Reads the settings, or says every variable that is missing at once.
    def self.from(environment) = new(environment.to_h)

    def initialize(environment)
      missing = NEEDED.select { |name| environment[name].to_s.empty? }
      raise Error, "The environment lacks #{missing.join(', ')}: set what is missing and start again." if missing.any?

      @environment = environment
      @application_host, @secret_key, @database_host, @database_ca_file, @database_schema =
        environment.values_at(*NEEDED.first(5))
      @writer, @reader = account("WRITER"), account("READER")
      @sessions = number("DATABASE_SESSIONS", 8)
      @recycle_seconds = number("DATABASE_RECYCLE_SECONDS", 300)
    end

    def inspect = "#<Demo::Settings of #{application_host}>"

    private

    def account(role)
      Account.new(number("DATABASE_#{role}_PORT"), *@environment.values_at(*%W[DATABASE_#{role}_USER DATABASE_#{role}_PASSWORD]))
    end

    def number(name, otherwise = 0)
      value = @environment[name].to_s.empty? ? otherwise.to_s : @environment[name]
      return value.to_i if value.match?(/\A[0-9]+\z/) && value.to_i.positive?

      raise Error, "#{name} is '#{value}': it must be a whole number above 0."
    end
  end
end
