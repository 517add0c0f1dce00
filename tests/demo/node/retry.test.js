import assert from "node:assert/strict";
import test from "node:test";

import { Outcome, codeOf, outcomeOf } from "../lib/outcomes.js";
import { Unavailable, attempts } from "../lib/retry.js";

const { NOT_COMMITTED, UNKNOWN, REFUSED } = Outcome;

test("what an error says about a transaction", () => {
  const table = [
    [1290, false, NOT_COMMITTED], [1290, true, NOT_COMMITTED], // read-only: never executed
    [1213, false, NOT_COMMITTED], [3101, true, NOT_COMMITTED], // rolled back, in the server's own words
    [3169, false, NOT_COMMITTED], [3169, true, UNKNOWN], // killed
    [null, false, NOT_COMMITTED], [null, true, UNKNOWN], // the session broke
    [1062, false, REFUSED], [1062, true, UNKNOWN],
  ];
  for (const [code, committing, outcome] of table) assert.equal(outcomeOf(code, { committing }), outcome, `${code}`);
});

test("a number counts if it is the server's", () => {
  assert.equal(codeOf({ errno: 1062, sqlState: "23000" }), 1062);
  assert.equal(codeOf({ errno: -111, code: "ECONNREFUSED" }), null);
  assert.equal(codeOf({ code: "PROTOCOL_SEQUENCE_TIMEOUT" }), null);
});

/** Attempts that fail so, one after the other, then one that does not. */
async function run(outcomes, repeatable) {
  const left = [...outcomes];
  const pauses = [];
  const failed = [];
  const attempt = async () => {
    if (left.length) throw new Unavailable("gone", left.shift());
    return "done";
  };
  const options = { repeatable, pause: async (wait) => pauses.push(wait), failed: (failure) => failed.push(failure.outcome) };
  const result = await attempts(attempt, options).catch((failure) => failure.outcome);
  return { result, pauses, failed };
}

test("work that was not committed is done again, after longer and longer pauses", async () => {
  const { result, pauses, failed } = await run([NOT_COMMITTED, NOT_COMMITTED], false);
  assert.deepEqual([result, pauses, failed], ["done", [100, 300], [NOT_COMMITTED, NOT_COMMITTED]]);
});

test("there is an end to it", async () => {
  const { result, pauses } = await run(Array(9).fill(NOT_COMMITTED), true);
  assert.deepEqual([result, pauses], [NOT_COMMITTED, [100, 300, 400]]);
});

test("what may have been committed is done again only if that is harmless", async () => {
  assert.equal((await run([UNKNOWN], true)).result, "done");
  assert.deepEqual((await run([UNKNOWN], false)), { result: UNKNOWN, pauses: [], failed: [UNKNOWN] });
});

test("what was refused is not asked again", async () => {
  assert.deepEqual((await run([REFUSED], true)).pauses, []);
});

test("once unknown it stays unknown", async () => {
  assert.equal((await run([UNKNOWN, NOT_COMMITTED, REFUSED], true)).result, UNKNOWN);
});

test("a fault of the application is none of the database", async () => {
  await assert.rejects(attempts(async () => { throw new TypeError("ours"); }, { repeatable: true }), TypeError);
});
