// When work is done again.
import { setTimeout as sleep } from "node:timers/promises";

import { Outcome } from "./outcomes.js";

// Before each further attempt. A planned move of the primary takes up to a second, and each attempt may get another
// pooled session to the old one; a client that waits a second for an answer still gets one.
const PAUSES_MS = [100, 300, 400];
const DEADLINE_MS = 3000; // no attempt begins later than this

/** The database could not do the work; says what became of the transaction. */
export class Unavailable extends Error {
  constructor(sentence, outcome) {
    super(sentence);
    this.outcome = outcome;
  }
}

/**
 * Makes an attempt, and further ones after errors that prove that nothing was committed. A session lost during COMMIT
 * leaves the outcome unknown; then only what is harmless to repeat (it carries an idempotency key) is tried again.
 */
export async function attempts(attempt, { repeatable, pause = sleep, failed = () => {} }) {
  const deadline = Date.now() + DEADLINE_MS;
  let unknown = false;
  for (const wait of [...PAUSES_MS, null]) {
    try {
      return await attempt();
    } catch (failure) {
      if (!(failure instanceof Unavailable)) throw failure;
      failed(failure);
      // Once one attempt may have been committed, no later failure makes that certain again.
      unknown ||= failure.outcome === Outcome.UNKNOWN;
      const again = failure.outcome === Outcome.NOT_COMMITTED || (failure.outcome === Outcome.UNKNOWN && repeatable);
      if (!again || wait === null || Date.now() + wait > deadline) {
        throw unknown ? new Unavailable(failure.message, Outcome.UNKNOWN) : failure;
      }
      await pause(wait);
    }
  }
  throw new Error("the last attempt returns or throws");
}
