import { OWN_DOCKER_CONFIG } from './commands.ts';
import type { KnownError } from './known-error.ts';

export const CONTAINER_CLIENT: readonly KnownError[] = [
  {
    id: 'client-missing',
    areas: ['container-client'],
    means: 'The runner image does not have {tool}, or it is not on the path of this step.',
    remedy:
      "Install the client in the runner image (an engine is not needed to log in), Debian and Ubuntu:\nsudo apt-get install --yes docker-cli\nOr, for builders that read docker's config.json and need no client (kaniko, buildctl, crane, ko, jib):\nwith:\n  container-cli: config-file",
  },
  {
    id: 'client-socket-denied',
    areas: ['container-client'],
    pattern: /permission denied while trying to connect|dial unix \S+: connect: permission denied/,
    means:
      '{tool} may not use the socket of its engine: the user of the runner is not in the group that owns it.',
    remedy:
      'Put the user in the group, and start the runner again:\nsudo usermod --append --groups docker "$USER"',
  },
  {
    id: 'client-engine-down',
    areas: ['container-client'],
    pattern: /Cannot connect to the Docker daemon|Is the docker daemon running/i,
    means:
      '{tool} finds no engine at its address. In docker-in-docker mode the engine may start after the runner.',
    remedy:
      'Look at DOCKER_HOST, and wait for the engine in a step before this one:\ntimeout 60 sh -c "until docker info; do sleep 1; done"',
  },
  {
    id: 'auth-file-without-place',
    areas: ['container-client'],
    pattern: /\/run\/containers\/\d+\S*: permission denied/,
    means:
      'No variable says where {tool} may keep the login, and a user other than root has no place of its own where XDG_RUNTIME_DIR is not set.',
    remedy: `Give the job a place of its own:\n${OWN_DOCKER_CONFIG}`,
  },
  {
    id: 'credential-store-not-implemented',
    areas: ['container-client'],
    pattern: /not implemented/,
    means:
      "The docker configuration names the credential helper 'ecr-login', which gives out credentials of its own and cannot store any.",
    remedy: `Take "credsStore": "ecr-login" (or its entry in "credHelpers") out of the docker configuration, or give the job one of its own, which sets it aside:\n${OWN_DOCKER_CONFIG}`,
  },
  {
    id: 'credential-store-windows',
    areas: ['container-client'],
    pattern: /The stub received bad data/,
    means:
      "Windows' credential store takes no password as long as the ones of Amazon ECR; that is what its message means.",
    remedy: `Use a docker configuration without "credsStore": "wincred":\n${OWN_DOCKER_CONFIG}`,
  },
  {
    id: 'credential-store-keychain',
    areas: ['container-client'],
    pattern: /already exists in the keychain/,
    means: 'The keychain of macOS holds a login for this registry that another user or program made.',
    remedy:
      'Delete the old entry, or use a docker configuration without "credsStore": "osxkeychain":\nsecurity delete-internet-password -s {registry}',
  },
  {
    id: 'credential-helper-missing',
    areas: ['container-client'],
    pattern: /docker-credential-[\w-]+\W+(?:executable file )?not found|docker-credential-[\w-]+.*not found/,
    means: 'The docker configuration names a credential helper that is not installed on this runner.',
    remedy: `Install it, or use a docker configuration without "credsStore":\n${OWN_DOCKER_CONFIG}`,
  },
  {
    id: 'credential-store-failed',
    areas: ['container-client'],
    pattern: /error (?:storing|saving) credentials/i,
    means: '{tool} logged in, but its credential store did not take the password.',
    remedy: `Use a docker configuration without "credsStore":\n${OWN_DOCKER_CONFIG}`,
  },
  {
    id: 'registry-bad-request',
    areas: ['container-client'],
    pattern: /\b400\b|Bad Request/,
    means:
      'Registry {registry} does not take this password. A token of Amazon ECR is good only in the region that gave it, so the host and the region of the call do not fit together.',
    remedy:
      'Give the host of the registry as it is, so that its own region is asked:\nwith:\n  registries: {registry}',
  },
  {
    id: 'registry-forbidden',
    areas: ['container-client'],
    pattern: /\b403\b|Forbidden/,
    means:
      'Registry {registry} knows this identity and does not let it in: a policy of the registry, of the VPC endpoint com.amazonaws.{region}.ecr.dkr or of the organisation forbids it, or a proxy does.',
    remedy:
      'Look at the policy of the endpoint com.amazonaws.{region}.ecr.dkr, and at what else stands between:\ncurl -sS -o /dev/null -D - https://{registry}/v2/',
  },
  {
    id: 'registry-unauthorized',
    areas: ['container-client'],
    pattern: /\b401\b|unauthorized|incorrect username or password|no basic auth credentials/i,
    means:
      'Registry {registry} does not take the password that Amazon ECR has just given: the account that signs may not use this registry, or the host is not the one that the password is for.',
    remedy:
      'Compare who signs (in the log above) with the account of the registry:\naws sts get-caller-identity',
  },
  {
    id: 'registry-untrusted',
    areas: ['container-client'],
    pattern: /x509|certificate/i,
    means:
      "{tool} does not trust the certificate of registry {registry}: something on the way opens TLS connections and signs with a CA of the company's own.",
    remedy: 'Give the CA to the client:\nenv:\n  SSL_CERT_FILE: /etc/ssl/certs/ca-certificates.crt',
  },
  {
    id: 'registry-unreachable',
    areas: ['container-client'],
    pattern:
      /no such host|connection refused|no route to host|network is unreachable|i\/o timeout|TLS handshake timeout|context deadline exceeded|Client\.Timeout|connection reset|EOF|timed out/,
    means:
      'No way from here to registry {registry}. A subnet without a way to the internet needs the VPC endpoints of ECR; behind a proxy, the client has settings of its own for it.',
    remedy:
      'Create the endpoints com.amazonaws.{region}.ecr.dkr (interface) and com.amazonaws.{region}.s3 (gateway), and try:\ncurl -sS -o /dev/null -D - https://{registry}/v2/',
  },
];
