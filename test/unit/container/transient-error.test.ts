import { describe, expect, test } from '@jest/globals';
import { isTransient } from '../../../src/container/transient-error.ts';

const GET = 'Get "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/":';
const DAEMON = 'Error response from daemon:';
const attempted = (status: string) =>
  `login attempt to https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/ failed with status: ${status}`;

describe('a transient error', () => {
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
    [`${GET} dial tcp 10.0.0.1:443: connectex: A socket operation was attempted to an unreachable network.`],
    [`${GET} dial tcp 10.0.0.1:443: connectex: A socket operation was attempted to an unreachable host.`],
    [
      `${GET} dial tcp: lookup x: getaddrinfow: The requested name is valid, but no data of the requested type was found.`,
    ],
    [
      'Error saving credentials: rename C:\\Users\\me\\.docker\\config.json385557979 C:\\Users\\me\\.docker\\config.json: Access is denied.',
    ],
    [
      'Error saving credentials: open C:\\Users\\me\\.docker\\config.json: The process cannot access the file because it is being used by another process.',
    ],
    [
      'Error saving credentials: open C:\\Users\\me\\auth.json: The process cannot access the file because it is being used by another process.',
    ],
    [`${GET} dial tcp: lookup x: no answer from DNS server`],
    [`${GET} EOF`],
    [`${GET} unexpected EOF`],
    [`${GET} read tcp 10.0.0.9:5->10.0.0.1:443: read: connection reset by peer`],
    [`${GET} write tcp 10.0.0.9:5->10.0.0.1:443: write: broken pipe`],
    [`${GET} wsarecv: An existing connection was forcibly closed by the remote host.`],
    [`${GET} http2: server sent GOAWAY and closed the connection`],
    [`${GET} write tcp 10.0.0.9:5->10.0.0.1:443: use of closed network connection`],
    [`${GET} wsasend: An established connection was aborted by the software in your host machine.`],
    [`${GET} http: server closed idle connection`],
    [`${GET} stream error: stream ID 1; INTERNAL_ERROR; received from peer`],
    [attempted('408 Request Timeout')],
    [attempted('429 Too Many Requests')],
    // As the daemon, helm and oras show a status.
    [`${DAEMON} ${GET} 408 Request Timeout`],
    [`${DAEMON} ${GET} 429 Too Many Requests`],
    ['response status code 429: Too Many Requests'],
    ['unexpected http code: 408 (Request Timeout)'],
    ['unexpected http code: 429 (Too Many Requests)'],
    ['pinging container registry x: StatusCode: 408, <html>'],
    ['pinging container registry x: StatusCode: 429, <html>'],
    [`${DAEMON} toomanyrequests: Data limit exceeded`],
    [`${DAEMON} Rate exceeded`],
    [`${DAEMON} You have reached your rate limit`],
    [`${DAEMON} ${GET} 500 Internal Server Error`],
    [`${DAEMON} ${GET} 502 Bad Gateway`],
    [`${DAEMON} ${GET} 503 Service Unavailable`],
    [`${DAEMON} ${GET} 504 Gateway Timeout`],
    [`${DAEMON} ${GET} 504 Gateway Time-out`],
    [`${DAEMON} toomanyrequests: Rate exceeded`],
    [attempted('500 Internal Server Error')],
    [attempted('501 Not Implemented')],
    [attempted('502 Bad Gateway')],
    [attempted('503 Service Unavailable')],
    [attempted('504 Gateway Timeout')],
    ['pinging container registry x: received unexpected HTTP status: 503 Service Unavailable'],
    ['pinging container registry x: StatusCode: 502, <html>'],
    ['Error response from registry: response status code 503: Service Unavailable'],
  ])('%s', (message) => {
    expect(isTransient(message)).toBe(true);
  });
});

describe('a lasting error, also where it quotes a transient one', () => {
  const transient = 'dial tcp 10.0.0.1:443: i/o timeout';
  test.each([
    ['error storing credentials'],
    ['error getting credentials'],
    ['error erasing credentials'],
    ['Error saving credentials'],
    ['failed to store the credentials'],
    ['credential helper x'],
    ['not implemented'],
    ['permission denied'],
    ['operation not permitted'],
    ['Access is denied.'],
    ['read-only file system'],
    ["unknown shorthand flag: 'u' in -u"],
    ['unknown flag: --password-stdin'],
    ['unknown command "login"'],
    ['flag provided but not defined: -password-stdin'],
    ['requires exactly 1 argument'],
    ['requires at most 1 argument'],
    ['x509: certificate has expired'],
    ['certificate signed by unknown authority'],
    ['server gave HTTP response to HTTPS client'],
    ['400 Bad Request'],
    ['401 Unauthorized'],
    ['403 Forbidden'],
    ['status: 400'],
    ['status 401'],
    ['StatusCode: 403'],
    ['status code 403'],
    ['unauthorized: authentication required'],
    ['denied: Your authorization token has expired'],
    ['no basic auth credentials'],
    ['invalid username/password'],
  ])('%s', (message) => {
    expect(isTransient(`${message} (${transient})`)).toBe(false);
  });

  // The digits of other numbers.
  test.each([['1400 bad request'], ['status 4011']])('%s is none', (message) => {
    expect(isTransient(`${message} (${transient})`)).toBe(true);
  });
});

describe('a lasting error', () => {
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
    ['Error: failed to store the credentials for x: connection refused'],
    ['Error saving credentials: mkdir C:\\Users\\me\\.docker: Access is denied.'],
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
    ['no output, exit code 7'],
    ['something unknown'],
    // The digits of a host are not a status.
    ['cannot log in to 429503408500.dkr.ecr.us-east-1.amazonaws.com'],
    ['THEOFFICE is closed'],
    ['THEOF is closed'],
    ['EOFs'],
    ['1408 request timeout'],
    ['4081 request timeout'],
    ['1429 too many requests'],
    ['4291 too many requests'],
    ['1503 service unavailable'],
    ['status 5031'],
  ])('%s', (message) => {
    expect(isTransient(message)).toBe(false);
  });
});
