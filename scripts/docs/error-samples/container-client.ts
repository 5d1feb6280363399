import type { ErrorSamples } from './sample.ts';

export const CONTAINER_CLIENT_SAMPLES: ErrorSamples = {
  'client-missing': ['docker is not on the PATH'],
  'client-socket-denied': [
    'permission denied while trying to connect to the docker API at unix:///var/run/docker.sock',
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
    'dial unix /var/run/docker.sock: connect: permission denied',
  ],
  'client-engine-down': [
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
  ],
  'auth-file-without-place': [
    'get credentials: reading JSON file "/run/containers/1000/auth.json": open /run/containers/1000/auth.json: permission denied',
    'mkdir /run/containers/1000: permission denied',
  ],
  'credential-store-not-implemented': [
    'Error saving credentials: error storing credentials - err: exit status 1, out: `not implemented`',
  ],
  'credential-store-windows': [
    'Error saving credentials: error storing credentials - err: exit status 1, out: `The stub received bad data.`',
  ],
  'credential-store-keychain': [
    'Error saving credentials: error storing credentials - err: exit status 1, out: `The specified item already exists in the keychain.`',
  ],
  'credential-helper-missing': [
    'error getting credentials - err: exec: "docker-credential-desktop": executable file not found in $PATH, out: ``',
  ],
  'credential-store-failed': [
    'Error saving credentials: error storing credentials - err: exit status 1, out: `the vault is locked`',
  ],
  'registry-bad-request': [
    'login attempt to https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/ failed with status: 400 Bad Request',
  ],
  'registry-forbidden': [
    'login attempt to https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/ failed with status: 403 Forbidden',
  ],
  'registry-unauthorized': [
    'login attempt to https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/ failed with status: 401 Unauthorized',
    'Error response from daemon: Get "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/": unauthorized: incorrect username or password',
  ],
  'registry-untrusted': [
    'Get "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
  ],
  'registry-unreachable': [
    'Get "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/": dial tcp: lookup 111122223333.dkr.ecr.eu-west-1.amazonaws.com: no such host',
    'Get "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/": dial tcp 10.0.0.1:443: connect: connection refused',
    'Get "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/": dial tcp 10.0.0.1:443: i/o timeout',
    'Get "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/": net/http: TLS handshake timeout',
    'Get "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/": EOF',
    'docker could not log in to registry 111122223333.dkr.ecr.eu-west-1.amazonaws.com: timed out after 45 s',
  ],
};
