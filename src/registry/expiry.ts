/** When the first of the passwords expires; undefined where no response says. */
export function earliestExpiry(logins: readonly { readonly expiresAt?: Date }[]): Date | undefined {
  const times = logins.flatMap(({ expiresAt }) => expiresAt?.getTime() ?? []);
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}

/** A time in the format of RFC 3339, in UTC, to the second: `2026-01-31T23:59:59Z`. */
export function rfc3339(time: Date): string {
  return time.toISOString().replace(/\.\d+/, '');
}

/** How long a login is still valid, to the minute: `12 h`, `11 h 59 min`, `5 min`. */
export function remainingTime(expiresAt: Date, now: Date): string {
  const minutes = Math.max(0, Math.round((expiresAt.getTime() - now.getTime()) / 60_000));
  const parts = [`${Math.floor(minutes / 60)} h`, `${minutes % 60} min`];
  return parts.filter((part) => !part.startsWith('0 ')).join(' ') || '0 min';
}
