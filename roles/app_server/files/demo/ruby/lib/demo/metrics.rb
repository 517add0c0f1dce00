# frozen_string_literal: true

module Demo
  # What Prometheus reads at /metrics, in its text format. The distribution has no client library for Ruby; this is as much of
  # one as is needed here. The application is one process, so it speaks for the whole of it.
  class Metrics
    TYPE = "text/plain; version=0.0.4; charset=utf-8"
    BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0].freeze
    # A method is a label only if it is one of these: a client could make up any number of others.
    METHODS = %w[GET HEAD POST PUT PATCH DELETE OPTIONS].freeze
    HELP = {
      "http_requests_total" => [:counter, "Requests answered."],
      "http_request_duration_seconds" => [:histogram, "Time taken by an answer."],
      "database_errors_total" => [:counter, "Attempts that failed, by what became of them."],
      "database_sessions_in_use" => [:gauge, "Sessions that requests hold."],
      "database_sessions_max" => [:gauge, "Sessions at most."],
      "process_cpu_seconds_total" => [:counter, "Processor time spent."],
      "process_start_time_seconds" => [:gauge, "When the process began."]
    }.freeze

    def initialize
      @lock = Mutex.new
      # Name -> labels -> value; sums of a histogram are counters of their own.
      @values = HELP.keys.to_h { |name| [name, {}] }
      @histograms = {}
      @pools = {}
      @values["process_start_time_seconds"][{}] = Time.now.to_f
    end

    # Counts an answer. The route is a pattern of ours, never the path that a client wrote.
    def count(method, route, status, seconds)
      labels = { method: METHODS.include?(method) ? method : "other", route: route || "none" }
      @lock.synchronize do
        add("http_requests_total", **labels, status: status)
        observe(labels, seconds)
      end
    end

    # Counts an attempt that the database did not finish.
    def error(outcome) = @lock.synchronize { add("database_errors_total", outcome: outcome) }

    # Counts the sessions that are taken from a pool, by asking it when Prometheus asks.
    def watch(pool, most, &used)
      @lock.synchronize do
        @values["database_sessions_max"][{ pool: pool }] = most
        @pools[{ pool: pool }] = used
      end
    end

    # Everything, as text.
    def text
      @lock.synchronize do
        @values["database_sessions_in_use"] = @pools.transform_values(&:call)
        @values["process_cpu_seconds_total"] = { {} => Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) }
        HELP.flat_map { |name, (type, help)| ["# HELP #{name} #{help}", "# TYPE #{name} #{type}", *samples(name, type)] }
            .join("\n").concat("\n")
      end
    end

    private

    def add(name, **labels) = @values[name][labels] = @values[name].fetch(labels, 0) + 1

    def observe(labels, seconds)
      found = @histograms[labels] ||= { buckets: Array.new(BUCKETS.size + 1, 0), sum: 0.0 }
      found[:buckets][BUCKETS.index { |bound| seconds <= bound } || -1] += 1
      found[:sum] += seconds
    end

    def samples(name, type)
      return @values[name].map { |labels, value| sample(name, labels, value) } unless type == :histogram

      @histograms.flat_map do |labels, found|
        total = 0
        sums = found[:buckets].map { |count| total += count }
        [*BUCKETS, "+Inf"].zip(sums).map { |bound, sum| sample("#{name}_bucket", { **labels, le: bound }, sum) } <<
          sample("#{name}_sum", labels, found[:sum]) << sample("#{name}_count", labels, total)
      end
    end

    def sample(name, labels, value)
      shown = labels.map { |label, word| "#{label}=\"#{word.to_s.gsub(/[\\"\n]/, '\\' => '\\\\', '"' => '\"', "\n" => '\n')}\"" }
      "#{name}#{"{#{shown.join(',')}}" if shown.any?} #{value}"
    end
  end

  # Those of this process.
  METRICS = Metrics.new
end
