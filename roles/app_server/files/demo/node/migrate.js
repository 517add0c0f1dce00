// Brings the tables up to date, once, through the writer.
import { setTimeout as sleep } from "node:timers/promises";

import { Database, Unavailable } from "./lib/database.js";
import { migrate } from "./lib/items.js";
import { settingsFrom } from "./lib/settings.js";

const PATIENCE_MS = 15_000; // a proxy that has just started takes a moment to find the primary

const database = new Database(settingsFrom(process.env));
const deadline = Date.now() + PATIENCE_MS;
for (;;) {
  try {
    const { value, host } = await database.write(migrate, { repeatable: true });
    console.log(JSON.stringify({ created: value, host }));
    break;
  } catch (failure) {
    if (!(failure instanceof Unavailable) || Date.now() > deadline) {
      console.error(failure.message);
      process.exitCode = 1;
      break;
    }
    await sleep(1000);
  }
}
await database.end();
