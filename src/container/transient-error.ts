// Which errors of a container client are transient. The messages are those of docker, podman, buildah, skopeo, nerdctl,
// oras and helm, and of Go's network library, which they all use (docker CLI 28, moby 28, containers/image 5.34, Go 1.24).

/**
 * Errors that the next attempt meets again: of credential stores, permissions, the command line, certificates, and
 * registries that refuse the credentials. They win over the transient ones, since a credential store may well quote a
 * timeout.
 */
const LASTING = new RegExp(
  [
    'error (?:storing|getting|erasing) credentials|credential helper|(?<!501 )not implemented',
    'error saving credentials|failed to store the credentials',
    'permission denied|operation not permitted|access is denied|read-only file system',
    'unknown (?:shorthand )?flag|unknown command|flag provided but not defined|requires (?:exactly|at most)',
    'x509:|certificate signed by unknown authority|server gave HTTP response to HTTPS client',
    '\\b40[03] (?:bad request|forbidden)|status(?: ?code)?:? 40[013]\\b',
    'unauthorized|denied:|no basic auth credentials|invalid username/password',
  ].join('|'),
  'i',
);

/** On Windows nobody can replace a file that another program has open, and most have it open only for milliseconds. */
const FILE_IN_USE =
  /(?:config|auth)\.json\S*: (?:access is denied|the process cannot access the file because it is being used by another process)/i;

/** Errors of the network, of name lookup, and of registries that are overloaded or unavailable. */
const TRANSIENT = new RegExp(
  [
    'TLS handshake timeout|i/o timeout|context deadline exceeded|Client\\.Timeout|timed out',
    'did not properly respond|request canceled while waiting',
    'no such host|server misbehaving|temporary failure in name resolution|no answer from DNS server',
    'getaddrinfow',
    'connection refused|actively refused it|no route to host|network is unreachable|unreachable (?:network|host)',
    '\\bEOF\\b|connection reset|broken pipe|forcibly closed|closed network connection|connection was aborted',
    'server closed idle connection|stream error|GOAWAY',
    '\\b408\\b.{0,3}request timeout|\\b429\\b.{0,3}too many requests|toomanyrequests|rate exceeded|rate limit',
    '\\b50[0234] (?:internal server error|bad gateway|service unavailable|gateway time-?out)',
    'status(?: ?code)?:? (?:408|429|5\\d\\d)\\b',
  ].join('|'),
  'i',
);

/** Whether the next attempt may succeed, by the client's message. A message that is not known is not transient. */
export function isTransient(message: string): boolean {
  return FILE_IN_USE.test(message) || (!LASTING.test(message) && TRANSIENT.test(message));
}
