// A small application that shows the stack at work: who answered, what was written, what was read back.
import { createApplication } from "./lib/application.js";
import { Database } from "./lib/database.js";
import { event } from "./lib/journal.js";
import { settingsFrom } from "./lib/settings.js";

const settings = settingsFrom(process.env);
const database = new Database(settings);
const server = createApplication(settings, database);

// The socket that systemd has opened.
server.listen({ fd: 3 });

// What was begun is finished.
process.once("SIGTERM", () => {
  event("info", "Stopping: requests that have begun are finished.");
  server.close(() => database.end());
});
