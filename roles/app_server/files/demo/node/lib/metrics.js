// What Prometheus reads at /metrics. The application is one process, so it speaks for the whole of it.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

// A method is a label only if it is one of these: a client could make up any number of others.
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

export const registry = new Registry();
const registers = [registry];

// Those of the process and of Node, process_start_time_seconds among them.
collectDefaultMetrics({ register: registry });
const requests = new Counter({
  name: "http_requests_total", help: "Requests answered.", labelNames: ["method", "route", "status"], registers,
});
const durations = new Histogram({
  name: "http_request_duration_seconds",
  help: "Time taken by an answer.",
  labelNames: ["method", "route"],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  registers,
});
const pools = new Map();
new Gauge({
  name: "database_sessions_in_use",
  help: "Sessions that requests hold.",
  labelNames: ["pool"],
  registers,
  collect() {
    for (const [pool, turns] of pools) this.set({ pool }, turns.taken);
  },
});
const limit = new Gauge({
  name: "database_sessions_max", help: "Sessions at most.", labelNames: ["pool"], registers,
});
export const databaseErrors = new Counter({
  name: "database_errors_total",
  help: "Attempts that failed, by what became of them.",
  labelNames: ["outcome"],
  registers,
});

/** Counts an answer. The route is a pattern of ours, never the path that a client wrote. */
export function count(method, route, status, seconds) {
  const labels = { method: METHODS.has(method) ? method : "other", route: route || "none" };
  requests.inc({ ...labels, status });
  durations.observe(labels, seconds);
}

/** Counts the sessions that are taken from a pool. */
export function watchPool(pool, turns) {
  pools.set(pool, turns);
  limit.set({ pool }, turns.count);
}
