import { type BackoffLimits, backoffDelayMs } from '../retry/backoff.ts';
import { type Clock, SYSTEM_CLOCK } from '../retry/clock.ts';
import type { Retry } from '../retry/retry-line.ts';

// Which refusals of a container client pass by themselves. The words are those of docker, podman, buildah, skopeo,
// nerdctl, oras and helm, and of Go's network library, which they all use. Quoted parts of the patterns are from their
// sources (docker CLI 28, moby 28, containers/image 5.34, Go 1.24).

/** A kind of refusal, told by the client's words. */
export type RefusalKind = {
  /** What it is, in words for the log. */
  readonly cause: string;
  /** Whether the same login may succeed a moment later. */
  readonly passes: boolean;
  readonly pattern: RegExp;
};

/**
 * What a refusal is told by; the first that fits counts. What will not pass comes first: a credential store may well
 * quote a time-out in its refusal, and asking it again changes nothing.
 */
export const REFUSAL_KINDS: readonly RefusalKind[] = [
  {
    cause: 'the credential store refused',
    passes: false,
    pattern:
      /error (?:storing|saving|getting|erasing) credentials|credential helper|(?<!501 )not implemented/i,
  },
  {
    cause: 'no permission',
    passes: false,
    pattern: /permission denied|operation not permitted|access is denied|read-only file system/i,
  },
  {
    cause: 'the client does not know the command line',
    passes: false,
    pattern:
      /unknown (?:shorthand )?flag|unknown command|flag provided but not defined|requires (?:exactly|at most)/i,
  },
  {
    cause: 'the certificate is not trusted',
    passes: false,
    pattern: /x509:|certificate signed by unknown authority|server gave HTTP response to HTTPS client/i,
  },
  {
    cause: 'the registry refused the credential',
    passes: false,
    pattern:
      /\b40[013] (?:bad request|unauthorized|forbidden)|status(?: ?code)?:? 40[013]\b|\bunauthorized\b|\bdenied:|no basic auth credentials|invalid username\/password/i,
  },
  { cause: 'time-out in the TLS handshake', passes: true, pattern: /TLS handshake timeout/i },
  {
    cause: 'time-out',
    passes: true,
    pattern:
      /i\/o timeout|context deadline exceeded|Client\.Timeout|timed out|\b408\b.{0,3}request timeout|status(?: ?code)?:? 408\b|did not properly respond|request canceled while waiting/i,
  },
  {
    cause: 'the name could not be looked up',
    passes: true,
    pattern:
      /no such host|server misbehaving|temporary failure in name resolution|no answer from DNS server/i,
  },
  {
    cause: 'the connection was refused',
    passes: true,
    pattern: /connection refused|actively refused it|no route to host|network is unreachable/i,
  },
  {
    cause: 'the connection was cut',
    passes: true,
    pattern:
      /\bEOF\b|connection reset|broken pipe|forcibly closed|closed network connection|server closed idle connection|connection was aborted|stream error|GOAWAY/i,
  },
  {
    cause: 'the registry is asked too much',
    passes: true,
    pattern:
      /toomanyrequests|\b429\b.{0,3}too many requests|status(?: ?code)?:? 429\b|rate exceeded|rate limit/i,
  },
  {
    cause: 'the registry is out of order',
    passes: true,
    pattern:
      /\b50[0234] (?:internal server error|bad gateway|service unavailable|gateway time-?out)|status(?: ?code)?:? 5\d\d\b/i,
  },
];

/** What a refusal is; undefined where its words are not known, and then nothing says that it will pass. */
export function refusalKind(words: string): RefusalKind | undefined {
  return REFUSAL_KINDS.find(({ pattern }) => pattern.test(words));
}

/** A registry's front is back within seconds, or is in trouble that takes longer: the pauses reach both. */
const LOGIN_BACKOFF: BackoffLimits = { baseMs: 1_000, capMs: 10_000 };

/** How one try of a login ended that did not succeed. */
export type Refusal = {
  /** In the client's own words. */
  readonly words: string;
  /** Whether the client was ended because it took too long. */
  readonly hung: boolean;
  /** Whether the client was ended from outside, for that or by a signal: nobody knows then what it has written. */
  readonly cutOff: boolean;
};

export type LoginRetries = {
  /** What is tried, as the start of a line of the log. */
  readonly what: string;
  readonly maxAttempts: number;
  /** Ends a pause at once. */
  readonly signal: AbortSignal;
  /** Told of every retry, before its pause. */
  readonly report: (retry: Retry) => void;
  readonly clock?: Clock;
};

/**
 * Tries a login until it succeeds, is refused for good, or the attempts are used up. Gives the last refusal, as cut off
 * where any try was; undefined where the login succeeded. Rejects with the signal's reason where that aborts in a pause.
 *
 * @param attempt one try; undefined means that it succeeded
 */
export async function logInWithRetries(
  attempt: () => Promise<Refusal | undefined>,
  { what, maxAttempts, signal, report, clock = SYSTEM_CLOCK }: LoginRetries,
): Promise<Refusal | undefined> {
  let cutOff = false;
  for (let made = 1; ; made += 1) {
    const refusal = await attempt();
    if (refusal === undefined) return undefined;
    cutOff ||= refusal.cutOff;
    if (signal.aborted || made >= maxAttempts || !passes(refusal)) return { ...refusal, cutOff };
    const delayMs = backoffDelayMs(made, LOGIN_BACKOFF, clock.random);
    report({ what, failure: refusal.words, attempt: made, maxAttempts, delayMs });
    await clock.sleep(delayMs, signal);
  }
}

function passes({ words, hung }: Refusal): boolean {
  return hung || (refusalKind(words)?.passes ?? false);
}
