/** A quota as AWS keeps it: calls take a token each, and tokens come back at a steady rate. */
export type Quota = {
  /** Tokens that come back in a second. */
  readonly rate: number;
  /** Tokens that can be there at once, and are at the start. */
  readonly burst: number;
};

/** A bucket of tokens; full at first. */
export class TokenBucket {
  readonly #quota: Quota;
  readonly #now: () => number;
  #tokens: number;
  #filledAt: number;

  /** @param now the time in milliseconds */
  constructor(quota: Quota, now: () => number) {
    this.#quota = quota;
    this.#now = now;
    this.#tokens = quota.burst;
    this.#filledAt = now();
  }

  /** Takes a token where there is one, and says whether there was. */
  take(): boolean {
    const now = this.#now();
    const { rate, burst } = this.#quota;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) / 1000) * rate);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
