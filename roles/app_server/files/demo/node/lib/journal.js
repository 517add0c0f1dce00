// One JSON object a line for the journal, with what systemd reads from its start: `journalctl --priority=err` finds it.

const PRIORITIES = { error: 3, warning: 4, info: 6 };

/** One line of the journal. */
export function line(level, fields) {
  return `<${PRIORITIES[level]}>${JSON.stringify({ level, ...fields })}\n`;
}

/** Something that happened. */
export function event(level, message, more = {}) {
  process.stderr.write(line(level, { logger: "demo", message, ...more }));
}

/** A request that was answered. */
export function access(fields) {
  process.stdout.write(line("info", { logger: "access", ...fields }));
}
