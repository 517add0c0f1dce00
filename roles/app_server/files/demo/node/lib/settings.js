// What the application is told by its environment.

const NEEDED = [
  "WEBSTACK_HOST", "SECRET_KEY", "DATABASE_HOST", "DATABASE_CA_FILE", "DATABASE_SCHEMA",
  ...["WRITER", "READER"].flatMap((role) => ["PORT", "USER", "PASSWORD"].map((part) => `DATABASE_${role}_${part}`)),
];

/** Reads the settings, or says every variable that is missing at once. */
export function settingsFrom(environment) {
  const missing = NEEDED.filter((name) => !environment[name]);
  if (missing.length) {
    throw new Error(`The environment lacks ${missing.join(", ")}: set what is missing and start again.`);
  }
  const number = (name, otherwise = 0) => {
    const value = environment[name] || String(otherwise);
    if (!/^[0-9]+$/.test(value) || Number(value) === 0) {
      throw new Error(`${name} is '${value}': it must be a whole number above 0.`);
    }
    return Number(value);
  };
  const account = (role) => ({
    port: number(`DATABASE_${role}_PORT`),
    user: environment[`DATABASE_${role}_USER`],
    password: environment[`DATABASE_${role}_PASSWORD`],
  });
  return {
    applicationHost: environment.WEBSTACK_HOST,
    secretKey: environment.SECRET_KEY,
    databaseHost: environment.DATABASE_HOST,
    databaseCaFile: environment.DATABASE_CA_FILE,
    databaseSchema: environment.DATABASE_SCHEMA,
    writer: account("WRITER"),
    reader: account("READER"),
    sessions: number("DATABASE_SESSIONS", 8),
    recycleSeconds: number("DATABASE_RECYCLE_SECONDS", 300),
  };
}
