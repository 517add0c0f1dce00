import assert from "node:assert/strict";
import test from "node:test";

import { Freshness } from "../lib/freshness.js";
import { line } from "../lib/journal.js";
import { count, registry, watchPool } from "../lib/metrics.js";
import { page } from "../lib/page.js";
import { settingsFrom } from "../lib/settings.js";
import { Turns } from "../lib/turns.js";

const SET = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77";
// Made by itsdangerous, of this set and of twenty like it, which it compresses.
const PROOF = process.env.DEMO_PROOF;
const LONG_PROOF = process.env.DEMO_LONG_PROOF;
const WHEN = Number(process.env.DEMO_WHEN);

test("a proof that another language has made is read", () => {
  const freshness = new Freshness("a key for tests", () => WHEN + 5);
  assert.equal(freshness.gtidSet(PROOF), SET);
  assert.equal(freshness.gtidSet(undefined, "", LONG_PROOF), Array(20).fill(SET).join(","));
});

test("it makes the same one", () => {
  const freshness = new Freshness("a key for tests", () => WHEN);
  assert.equal(freshness.proof(SET), PROOF);
  assert.equal(freshness.gtidSet(freshness.proof(Array(20).fill(SET).join(","))), Array(20).fill(SET).join(","));
});

test("one that is too old, of another key, changed, or nothing at all is none", () => {
  assert.equal(new Freshness("a key for tests", () => WHEN + 61).gtidSet(PROOF), "");
  assert.equal(new Freshness("another key", () => WHEN).gtidSet(PROOF), "");
  const freshness = new Freshness("a key for tests", () => WHEN);
  for (const each of [`${PROOF}x`, PROOF.slice(0, -1), PROOF.replace(".", ".x"), "a.b.c", "..", "\u00e4"]) {
    assert.equal(freshness.gtidSet(each), "", each);
  }
});

test("none is made where there is nothing to prove, or too much to carry", () => {
  const freshness = new Freshness("a key for tests");
  assert.equal(freshness.proof(""), "");
  const many = Array.from({ length: 400 }, (_, each) => `${String(each * 7919).padStart(8, "0")}-71ca-11e1-9e33-${each}:1-${each ** 3}`);
  assert.equal(freshness.proof(many.join(",")), "");
});

test("turns are taken and given, and waited for with patience", async () => {
  const turns = new Turns(1);
  assert.equal(await turns.take(1), true);
  assert.equal(turns.taken, 1);
  assert.equal(await turns.take(5), false);
  const next = turns.take(1000);
  turns.give();
  assert.equal(await next, true);
  turns.give();
  assert.equal(turns.taken, 0);
});

const view = (more) => page({
  hops: { client: "192.0.2.7", balancer: "lb1", web: "web2", application: "app1", runtime: "Node.js", scheme: "https", request_id: "r" },
  writer: { host: "db1", milliseconds: 1 },
  reader: { host: "db2", milliseconds: 1 },
  latest: { value: [{ text: "<b>'bold'", created_at: "2026-01-02T03:04:05.000001+00:00" }], host: "db2", fresh: true },
  key: "k", milliseconds: 2, length: 500, now: new Date("2026-01-02T03:04:05Z"), ...more,
});

test("the page names every host and escapes what was stored", () => {
  for (const word of ["lb1", "web2", "app1", "db1", "db2", "&lt;b&gt;&#39;bold&#39;", "03:04:05", "02 Jan 2026"]) {
    assert.ok(view().includes(word), word);
  }
  assert.ok(!view().includes("<b>"));
});

test("the page says what is missing", () => {
  const gone = { host: null, milliseconds: 1, reason: "No server." };
  assert.ok(view({ writer: gone }).includes("reading goes on"));
  assert.ok(view({ reader: gone, latest: null }).includes("No reader answers"));
  assert.ok(view({ writer: gone, reader: gone, latest: null }).includes("The database is away"));
  assert.ok(view({ latest: { value: [], host: "db2", fresh: true } }).includes("Nothing is stored yet"));
});

test("a line begins with its priority and is one line", () => {
  assert.equal(line("error", { message: "a\nb" }), '<3>{"level":"error","message":"a\\nb"}\n');
});

test("clients make up no labels", async () => {
  count("BREW", null, 405, 0.2);
  watchPool("writer", new Turns(3));
  const text = await registry.metrics();
  assert.match(text, /^http_requests_total\{method="other",route="none",status="405"\} 1$/m);
  assert.match(text, /^http_request_duration_seconds_bucket\{le="0.25",method="other",route="none"\} 1$/m);
  assert.match(text, /^database_sessions_max\{pool="writer"\} 3$/m);
  assert.match(text, /^process_start_time_seconds \d+$/m);
});

test("all that the environment lacks is said at once", () => {
  assert.throws(() => settingsFrom({ SECRET_KEY: "x" }), /lacks WEBSTACK_HOST, DATABASE_HOST.*DATABASE_READER_PASSWORD/);
});
