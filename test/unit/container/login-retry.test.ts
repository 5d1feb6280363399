import { describe, expect, test } from '@jest/globals';
import { logInWithRetries, type Refusal, refusalKind } from '../../../src/container/login-retry.ts';
import type { Retry } from '../../../src/retry/retry-line.ts';

const GET = 'Get "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/":';
const DAEMON = 'Error response from daemon:';
const attempted = (status: string) =>
  `login attempt to https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/ failed with status: ${status}`;

describe('passes by itself', () => {
  test.each([
    [`${GET} net/http: TLS handshake timeout`],
    [`${DAEMON} ${GET} dial tcp 10.0.0.1:443: i/o timeout`],
    [`${GET} context deadline exceeded`],
    [`${GET} net/http: request canceled (Client.Timeout exceeded while awaiting headers)`],
    [`${GET} net/http: request canceled while waiting for connection`],
    [`${GET} dial tcp 10.0.0.1:443: connect: connection timed out`],
    [
      `${GET} dial tcp 10.0.0.1:443: connectex: A connection attempt failed because the connected party did not properly respond after a period of time`,
    ],
    [`${GET} dial tcp: lookup 123456789012.dkr.ecr.eu-west-1.amazonaws.com on 10.0.0.2:53: no such host`],
    [`${GET} dial tcp: lookup x on 10.0.0.2:53: server misbehaving`],
    [`${GET} dial tcp: lookup x: Temporary failure in name resolution`],
    [`${GET} dial tcp: lookup x on 10.0.0.2:53: read udp 10.0.0.9:4->10.0.0.2:53: i/o timeout`],
    [`${GET} dial tcp 10.0.0.1:443: connect: connection refused`],
    [
      `${GET} dial tcp 10.0.0.1:443: connectex: No connection could be made because the target machine actively refused it.`,
    ],
    [`${GET} dial tcp 10.0.0.1:443: connect: no route to host`],
    [`${GET} dial tcp [fd00::1]:443: connect: network is unreachable`],
    [`${GET} EOF`],
    [`${GET} unexpected EOF`],
    [`${GET} read tcp 10.0.0.9:5->10.0.0.1:443: read: connection reset by peer`],
    [`${GET} write tcp 10.0.0.9:5->10.0.0.1:443: write: broken pipe`],
    [`${GET} wsarecv: An existing connection was forcibly closed by the remote host.`],
    [`${GET} http2: server sent GOAWAY and closed the connection`],
    [attempted('408 Request Timeout')],
    [attempted('429 Too Many Requests')],
    [`${DAEMON} toomanyrequests: Rate exceeded`],
    [attempted('500 Internal Server Error')],
    [attempted('501 Not Implemented')],
    [attempted('502 Bad Gateway')],
    [attempted('503 Service Unavailable')],
    [attempted('504 Gateway Timeout')],
    ['pinging container registry x: received unexpected HTTP status: 503 Service Unavailable'],
    ['pinging container registry x: StatusCode: 502, <html>'],
    ['Error response from registry: response status code 503: Service Unavailable'],
  ])('%s', (words) => {
    expect(refusalKind(words)).toMatchObject({ passes: true });
  });
});

describe('does not pass', () => {
  test.each([
    [attempted('400 Bad Request')],
    [attempted('401 Unauthorized')],
    [attempted('403 Forbidden')],
    [`${DAEMON} ${GET} unauthorized: authentication required`],
    [`${DAEMON} ${GET} no basic auth credentials`],
    ['denied: Your authorization token has expired. Reauthenticate and try again.'],
    ['Error: logging into "x": invalid username/password'],
    ['Error saving credentials: error storing credentials - err: exit status 1, out: `not implemented`'],
    ['error storing credentials - err: exit status 1, out: `The stub received bad data.`'],
    [
      'error storing credentials - err: exit status 1, out: `The specified item already exists in the keychain.`',
    ],
    [
      'error getting credentials - err: exec: "docker-credential-desktop": executable file not found in $PATH, out: ``',
    ],
    ['error storing credentials - err: exit status 1, out: `i/o timeout`'],
    ['permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock'],
    ['dial unix /var/run/docker.sock: connect: permission denied'],
    ['open //./pipe/docker_engine: Access is denied.'],
    ['open /home/runner/.docker/config.json123: read-only file system'],
    ['unknown flag: --password-stdin'],
    ["unknown shorthand flag: 'u' in -u"],
    ['docker: unknown command: docker login'],
    ['"docker login" requires at most 1 argument.'],
    [`${GET} tls: failed to verify certificate: x509: certificate signed by unknown authority`],
    [`${GET} http: server gave HTTP response to HTTPS client`],
  ])('%s', (words) => {
    expect(refusalKind(words)).toMatchObject({ passes: false });
  });

  test.each([
    ['it said nothing'],
    ['something new'],
    // Digits of a host are no status.
    ['cannot log in to 429503408500.dkr.ecr.us-east-1.amazonaws.com'],
    ['THEOFFICE is closed'],
  ])('not known, so not tried again: %s', (words) => {
    expect(refusalKind(words)).toBeUndefined();
  });
});

describe('logInWithRetries', () => {
  const passing: Refusal = { words: attempted('503 Service Unavailable'), hung: false, cutOff: false };
  const lasting: Refusal = { words: attempted('401 Unauthorized'), hung: false, cutOff: false };
  const hung: Refusal = { words: 'no end after 45 s', hung: true, cutOff: true };
  const killed: Refusal = { words: 'it said nothing', hung: false, cutOff: true };

  /** Logs in with these answers, one for each try; the time is the test's own. */
  async function logIn(answers: (Refusal | undefined)[], maxAttempts: number) {
    const retries: Retry[] = [];
    const pauses: number[] = [];
    const left = [...answers];
    const last = await logInWithRetries(async () => left.shift(), {
      what: 'docker login to x',
      maxAttempts,
      signal: new AbortController().signal,
      report: (retry) => retries.push(retry),
      clock: { now: () => 0, random: () => 0.5, sleep: async (ms) => void pauses.push(ms) },
    });
    return { last, retries, pauses, tries: answers.length - left.length };
  }

  test.each<
    [
      what: string,
      answers: (Refusal | undefined)[],
      maxAttempts: number,
      tries: number,
      last: Refusal | undefined,
    ]
  >([
    ['a success is the end', [undefined, passing], 3, 1, undefined],
    ['what passes is tried again', [passing, hung, undefined], 3, 3, undefined],
    ['what does not pass is not', [passing, lasting, undefined], 3, 2, lasting],
    ['no more than so often', [passing, passing, passing, undefined], 3, 3, passing],
    ['what a try that hung has written stays unknown', [hung, lasting], 3, 2, { ...lasting, cutOff: true }],
    ['a client that was killed is not tried again', [killed, undefined], 3, 1, killed],
    ['one attempt is one', [passing, undefined], 1, 1, passing],
    ['twenty are twenty', Array.from({ length: 25 }, () => passing), 20, 20, passing],
  ])('%s', async (_what, answers, maxAttempts, tries, last) => {
    const result = await logIn(answers, maxAttempts);
    expect(result.tries).toBe(tries);
    expect(result.last).toEqual(last);
    expect(result.retries.map(({ attempt }) => attempt)).toEqual(result.pauses.map((_, index) => index + 1));
  });

  test('pauses grow, with a bound, and are reported before they are made', async () => {
    const { pauses, retries } = await logIn(
      Array.from({ length: 8 }, () => passing),
      8,
    );
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
    expect(retries[0]).toEqual({
      what: 'docker login to x',
      failure: passing.words,
      attempt: 1,
      maxAttempts: 8,
      delayMs: 500,
    });
  });

  test('after a cancel it neither waits nor tries again', async () => {
    const cancel = new AbortController();
    let tries = 0;
    const attempt = async () => {
      tries += 1;
      cancel.abort(new Error('cancelled'));
      return passing;
    };
    const report = () => {};
    const result = logInWithRetries(attempt, { what: 'x', maxAttempts: 5, signal: cancel.signal, report });
    await expect(result).resolves.toEqual(passing);
    expect(tries).toBe(1);
  });

  test('a cancel in the middle of a pause ends it at once', async () => {
    const cancel = new AbortController();
    const report = () => void setImmediate(() => cancel.abort(new Error('cancelled')));
    const options = { what: 'x', maxAttempts: 5, signal: cancel.signal, report };
    const clock = {
      now: () => 0,
      random: () => 0.99999,
      sleep: (await import('../../../src/retry/sleep.ts')).sleep,
    };
    await expect(logInWithRetries(async () => passing, { ...options, clock })).rejects.toThrow('cancelled');
  });
});
