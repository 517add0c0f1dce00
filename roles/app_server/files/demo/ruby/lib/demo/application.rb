# frozen_string_literal: true

require "json"
require "securerandom"
require "sinatra/base"
require "tilt/erubi" # which escapes what it is told to; ERB alone would not, without a word

module Demo
  # What the application answers.
  class Application < Sinatra::Base
    KEY = /\A[!-~]{1,64}\z/
    REQUEST_ID = /\A[\w.:-]{1,128}\z/
    TEXT_LENGTH = 500
    LIST_LENGTH = 500
    BODY_BYTES = 16 * 1024
    RETRY_SECONDS = "1"
    RUNTIME = "Ruby #{RUBY_VERSION}".freeze
    ADVICE = {
      Outcome::NOT_COMMITTED => "Nothing was stored: try again.",
      Outcome::REFUSED => "Nothing was stored: try again.",
      Outcome::UNKNOWN => "It is unknown whether it was stored: repeat with the same Idempotency-Key, " \
                          "which returns the first row instead of storing a second."
    }.freeze
    POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    # Who answered as writer or reader, or why nobody did.
    Witness = Struct.new(:host, :milliseconds, :reason) do
      def to_json(*) = { reachable: !host.nil?, **to_h }.to_json
    end

    set :environment, :production
    set :root, File.expand_path("../..", __dir__)
    set :static, false # the web tier serves files
    set :logging, false
    set :show_exceptions, false
    set :raise_errors, false
    set :dump_errors, false # the application writes them itself
    # There is no session that could be stolen, and the web tier sends the headers.
    disable :protection, :sessions
    set :erb, escape_html: true

    class << self
      # The application with its data.
      def for(settings, database)
        set :demo, settings
        set :database, database
        set :items, Items.new(database)
        set :freshness, Freshness.new(settings.secret_key)
        self
      end
    end

    before do
      @start = Retry.now
      given = request.env["HTTP_X_REQUEST_ID"].to_s
      @request_id = given.match?(REQUEST_ID) ? given : SecureRandom.hex
      headers "X-Request-Id" => @request_id, "X-Webstack-Application" => settings.demo.application_host, "Cache-Control" => "no-store"
    end

    after do
      seconds = Retry.now - @start
      # What Sinatra has matched, such as GET /items/:number: a pattern of ours, never the path that a client wrote.
      route = request.env["sinatra.route"]&.split(" ", 2)&.last
      METRICS.count(request.request_method, route, response.status, seconds)
      hops => { client:, balancer:, web: }
      Journal.access(request_id: @request_id, client: client, balancer: balancer, web: web, method: request.request_method,
                     path: request.path_info, status: response.status, milliseconds: (seconds * 1000).round(1))
    end

    error Unavailable do |failure|
      Journal.event(:error, failure.message, request_id: @request_id)
      # What became of the work; a client with an idempotency key may always repeat.
      fate = { error: "#{failure.message} Try again." }
      fate = { error: "#{failure.message} #{ADVICE[failure.outcome]}", outcome: failure.outcome } if request.post?
      headers "Retry-After" => RETRY_SECONDS
      answer 503, **fate, request_id: @request_id
    end

    error Sinatra::NotFound do
      refuse 404, "There is no such page."
    end

    error Sinatra::BadRequest do
      refuse 400, "The address or the form cannot be read."
    end

    error do |failure|
      Journal.event(:error, failure.message, request_id: @request_id, trace: failure.full_message(highlight: false))
      refuse 500, "The application has a fault."
    end

    # Draws the path of this request; drawn with the database gone, too.
    get "/" do
      witnesses => [writer, reader]
      latest = nil
      begin
        latest = settings.items.page(5, after: written_before) if reader.host
      rescue Unavailable => e
        reader = Witness.new(nil, reader.milliseconds, e.message)
      end
      headers "Content-Security-Policy" => POLICY
      erb :page, locals: { hops: hops, writer: writer, reader: reader, latest: latest, key: SecureRandom.hex,
                           milliseconds: took(@start), now: Time.now.utc, length: TEXT_LENGTH }
    end

    # Names everybody who had a hand in this answer.
    get "/whoami" do
      witnesses => [writer, reader]
      answer 200, **hops, writer: writer.host, reader: reader.host
    end

    # Says that this process answers; never asks the database, whose absence is no fault of this host.
    get "/healthz" do
      answer 200, healthy: true, application: settings.demo.application_host
    end

    # Says what can be served: nothing at all is the only reason to be called unready.
    get "/readyz" do
      witnesses => [writer, reader]
      ready = !(reader.host || writer.host).nil?
      headers "Retry-After" => RETRY_SECONDS unless ready
      answer ready ? 200 : 503, ready: ready, reader: reader, writer: writer
    end

    # Shows what was counted; the web tier keeps clients away from here.
    get "/metrics" do
      headers "Content-Type" => Metrics::TYPE
      METRICS.text
    end

    # Lists items: `limit`, `before` (an id, for the next page), `key`.
    get "/items" do
      limit = whole("limit") || 50
      refuse 400, "limit is #{limit}: it must lie between 1 and #{LIST_LENGTH}." unless (1..LIST_LENGTH).cover?(limit)
      found = settings.items.page(limit, before: whole("before"), key: word(params["key"]), after: written_before)
      answer 200, items: found.value, answered_by: found.host, fresh: found.fresh
    end

    # Shows one item.
    get "/items/:number" do
      refuse 404, "There is no such page." unless params["number"].b.match?(/\A[0-9]+\z/)
      found = settings.items.get(params["number"], after: written_before)
      refuse 404, "There is no item #{params['number']} on #{found.host}." unless found.value
      answer 200, item: found.value, answered_by: found.host, fresh: found.fresh
    end

    # Stores an item on the primary; JSON from programs, a form from the page.
    post "/items" do
      refuse 413, "The body is larger than #{BODY_BYTES} bytes." if request.content_length.to_i > BODY_BYTES
      body = json? ? parsed : params
      text = body.is_a?(Hash) ? word(body["text"]).to_s.strip : ""
      refuse 400, "text must be a string of 1 to #{TEXT_LENGTH} characters." unless (1..TEXT_LENGTH).cover?(text.size)
      store(text, request.env["HTTP_IDEMPOTENCY_KEY"] || (word(body["key"]) unless json?) || SecureRandom.hex)
    end

    helpers do
      # Names the hosts that this request came through, as each of them wrote itself in.
      def hops
        {
          balancer: request.env["HTTP_X_WEBSTACK_BALANCER"],
          web: request.env["HTTP_X_WEBSTACK_WEB"],
          application: settings.demo.application_host,
          runtime: RUNTIME,
          # Only the proxy on this host can reach the socket, and the balancer deletes what clients claim.
          client: request.env["HTTP_X_FORWARDED_FOR"]&.split(",")&.last&.strip,
          scheme: request.env["HTTP_X_FORWARDED_PROTO"] || "http",
          request_id: @request_id
        }
      end

      # Both ways to the data.
      def witnesses = [ask { settings.database.writer_host }, ask { settings.database.reader_host }]

      # Puts a question to the database; its silence is an answer too.
      def ask
        start = Retry.now
        host, reason = nil
        begin
          host = yield
        rescue Unavailable => e
          reason = e.message
        end
        Witness.new(host, took(start), reason)
      end

      def took(start) = ((Retry.now - start) * 1000).round(1)

      # Finds the client's last write: browsers bring the cookie, programs the header.
      def written_before = settings.freshness.gtid_set(request.env[Freshness::HEADER], request.cookies[Freshness::COOKIE])

      # Hands the client the proof of its write, for its next read.
      def promise(written)
        proof = settings.freshness.proof(written)
        return if proof.empty?

        headers "Read-After" => proof
        response.set_cookie(Freshness::COOKIE, value: proof, max_age: Freshness::MAX_AGE_SECONDS, path: "/", secure: true,
                                               httponly: true, same_site: :lax)
      end

      def store(text, key)
        refuse 400, "Idempotency-Key must be 1 to 64 visible ASCII characters." unless key.match?(KEY)
        found = settings.items.create(text, key)
        refuse 422, "Idempotency-Key #{key} was used before, with another text." if found.value.item[:text] != text
        promise(found.written)
        halt 303, { "Location" => "/" }, "" unless json?
        headers "Location" => "/items/#{found.value.item[:id]}", "Idempotency-Key" => key
        answer found.value.first ? 201 : 200, item: found.value.item, first: found.value.first, answered_by: found.host
      end

      def json? = request.media_type.to_s.match?(%r{\Aapplication/(.+\+)?json\z})

      def parsed
        JSON.parse(request.body.read)
      rescue JSON::ParserError
        refuse 400, "The body is no JSON."
      end

      # A text of readable characters; nil for what is none.
      def word(given) = given.is_a?(String) ? given.scrub : nil

      def whole(name) = word(params[name])&.then { |text| Integer(text, 10, exception: false) }

      def answer(status, **content)
        content_type :json
        halt status, "#{JSON.generate(content)}\n"
      end

      def refuse(status, sentence) = answer(status, error: sentence, request_id: @request_id)
    end
  end
end
