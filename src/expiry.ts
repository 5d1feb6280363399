import type { RegistryToken } from './aws/token.ts';

/** When the first of the passwords expires; undefined if no response says. */
export function earliestExpiry(tokens: readonly RegistryToken[]): Date | undefined {
  const times = tokens.flatMap(({ expiresAt }) => expiresAt?.getTime() ?? []);

  return times.length === 0 ? undefined : new Date(Math.min(...times));
}

/** A time in UTC, to the second: `2026-01-31T23:59:59Z`. */
export function rfc3339(time: Date): string {
  return time.toISOString().replace(/\.\d+/, '');
}

/** The line of the log that says how long the logins are valid. */
export function validityLine(expiry: Date): string {
  const minutes = Math.round((expiry.getTime() - Date.now()) / 60_000);

  return `Valid for ${Math.floor(minutes / 60)} h ${minutes % 60} min, until ${rfc3339(expiry)}`;
}
