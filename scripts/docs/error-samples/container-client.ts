import type { ErrorSamples } from './sample.ts';

const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const GET = `Get "https://${HOST}/v2/":`;
const DIAL = `${GET} dial tcp 10.0.0.1:443:`;
const STORING = 'error storing credentials - err: exit status 1, out:';
/** What is known of the client's auth file, where it names no credential helper. */
const NO_HELPER = '\nno helper in the auth file';

/** Messages of docker 28, podman 5.4, buildah 1.39, skopeo 1.18 and oras 1.2, and those that users have reported. */
export const CONTAINER_CLIENT_SAMPLES: ErrorSamples = {
  'client-missing': ['docker is not on PATH'],
  'client-missing-windows': ['docker is not on PATH'],
  'client-not-executable': [
    'docker could not be started: spawn EINVAL',
    'docker could not be started: spawn /usr/local/bin/docker EACCES',
  ],
  'client-user-unknown': ['error determining current user: user: unknown userid 1001'],
  'client-user-namespace': [
    'Error: cannot set up namespace using "/usr/bin/newuidmap": exit status 1',
    'running `/usr/bin/newuidmap 60 0 1001 1 1 100000 2000000`: newuidmap: Target process 60 is owned by a different user: uid:1001 pw_uid:1001 st_uid:1001, gid:123 pw_gid:12345 st_gid:123',
    'cannot find newuidmap: exec: "newuidmap": executable file not found in $PATH',
  ],
  'client-version': [
    'Error response from daemon: client version 1.43 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version',
  ],
  'client-engine-address': [
    'Failed to initialize: unable to resolve docker endpoint: open /certs/client/ca.pem: no such file or directory',
    'unable to resolve docker endpoint: open /certs/client/key.pem: permission denied',
    'Failed to initialize: unable to resolve docker endpoint: context "desktop-linux": context not found: open /.docker/contexts/meta/fe9c6bd7a66301f49ca9b6a70b217107cd1284598bfc254700c989b916da791e/meta.json: no such file or directory',
  ],
  'client-engine-tls': [
    'error during connect: Post "https://docker:2376/v1.47/auth": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'Error response from daemon: Client sent an HTTP request to an HTTPS server.',
  ],
  'client-socket-denied': [
    'permission denied while trying to connect to the docker API at unix:///var/run/docker.sock',
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
    'dial unix /var/run/docker.sock: connect: permission denied',
  ],
  'client-pipe-denied': [
    'error during connect: Get "http://%2F%2F.%2Fpipe%2Fdocker_engine/v1.47/auth": open //./pipe/docker_engine: Access is denied.',
    'permission denied while trying to connect to the docker API at npipe:////./pipe/docker_engine',
  ],
  'client-pipe-missing': [
    'error during connect: Post "http://%2F%2F.%2Fpipe%2Fdocker_engine/v1.47/auth": open //./pipe/docker_engine: The system cannot find the file specified.',
    'failed to connect to the docker API at npipe:////./pipe/docker_engine; check if the path is correct and if the daemon is running: open //./pipe/docker_engine: The system cannot find the file specified.',
  ],
  'podman-machine-down': [
    'Cannot connect to Podman. Please verify your connection to the Linux system using `podman system connection list`, or try `podman machine init` and `podman machine start` to manage a new Linux VM Error: unable to connect to Podman socket: failed to connect: dial tcp 127.0.0.1:50323: connectex: No connection could be made because the target machine actively refused it.',
  ],
  'client-engine-down': [
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    'error during connect: Post "http://docker:2375/v1.24/auth": dial tcp: lookup docker on 10.100.0.10:53: no such host',
    'request returned 500 Internal Server Error for API route and version http://%2F%2F.%2Fpipe%2FdockerDesktopLinuxEngine/v1.51/auth, check if the server supports the requested API version',
  ],
  'registries-conf-helper': [
    `podman could not log in to registry ${HOST}: Error: ${STORING} \`not implemented\`${NO_HELPER}`,
    `podman could not log in to registry ${HOST}: Error: ${STORING} \`User interaction is not allowed.\`${NO_HELPER}`,
  ],
  'credential-store-not-implemented': [`Error saving credentials: ${STORING} \`not implemented\``],
  'credential-helper-missing': [
    'error getting credentials - err: exec: "docker-credential-desktop": executable file not found in $PATH, out: ``',
    `Error: failed to store the credentials for ${HOST}: exec: "docker-credential-desktop": executable file not found in $PATH`,
  ],
  'credential-store-detected': [
    `Error saving credentials: ${STORING} \`The stub received bad data.\`${NO_HELPER}`,
    `error saving credentials: ${STORING} \`The name org.freedesktop.secrets was not provided by any .service files\`${NO_HELPER}`,
  ],
  'credential-store-windows': [`Error saving credentials: ${STORING} \`The stub received bad data.\``],
  'credential-store-keychain': [
    `Error saving credentials: ${STORING} \`The specified item already exists in the keychain.\``,
  ],
  'credential-store-locked': [
    `Error saving credentials: ${STORING} \`User interaction is not allowed. (-25308)\``,
    `Error saving credentials: ${STORING} \`keychain is locked for the current non-interactive session. Please run "security -v unlock-keychain ~/Library/Keychains/login.keychain-db" to unlock keychain and try again\``,
    `Error saving credentials: ${STORING} \`Cannot create an item in a locked collection\``,
    `Error saving credentials: ${STORING} \`pass store is uninitialized\``,
    `Error: failed to store the credentials for ${HOST}: User interaction is not allowed.`,
  ],
  'credential-store-failed': [
    `Error saving credentials: ${STORING} \`A specified logon session does not exist. It may already have been terminated.\``,
    'error getting credentials - err: exit status 1, out: `A specified logon session does not exist. It may already have been terminated.`',
    // oras shows what the helper prints.
    `Error: failed to store the credentials for ${HOST}: A specified logon session does not exist. It may already have been terminated.`,
  ],
  'auth-file-without-location': [
    'get credentials: reading JSON file "/run/containers/1000/auth.json": open /run/containers/1000/auth.json: permission denied',
    'mkdir /run/containers/1000: permission denied',
  ],
  'runtime-directory-missing': [
    'Error: "/run/user/1001" directory set by $XDG_RUNTIME_DIR does not exist. Either create the directory or unset $XDG_RUNTIME_DIR.: faccessat /run/user/1001: no such file or directory',
    'Error: mkdir /run/user/1001: permission denied',
  ],
  'home-not-writable': [
    'Error saving credentials: mkdir /.docker: permission denied',
    `Error: failed to store the credentials for ${HOST}: failed to make directory /.docker: mkdir /.docker: permission denied`,
    'stat /.config: no such file or directory',
    "/.docker/config.json could not be changed: EACCES: permission denied, mkdir '/.docker'",
  ],
  'auth-file-no-space': [
    'Error saving credentials: write /home/runner/.docker/config.json1049134342: no space left on device',
    `Error: failed to store the credentials for ${HOST}: failed to save config file: failed to ingest: write /home/runner/.docker/oras_credstore_temp_759175090: no space left on device`,
    'Error: writing to file "/run/user/1001/containers/auth.json": write /run/user/1001/containers/.tmp-auth.json3065408949: no space left on device',
    '/home/runner/.docker/config.json could not be changed: ENOSPC: no space left on device, write',
  ],
  'auth-file-read-only': [
    'Error saving credentials: open /etc/docker-config/config.json591638115: read-only file system',
    'Error: mkdir /etc/containers/auth: read-only file system',
    `Error: failed to store the credentials for ${HOST}: failed to save config file: failed to create ingest file: open /etc/docker-config/oras_credstore_temp_2416645318: read-only file system`,
    "/etc/docker-config/config.json could not be changed: EROFS: read-only file system, open '/etc/docker-config/config.json.5f1c'",
  ],
  'auth-file-in-use': [
    'Error saving credentials: rename C:\\Users\\runner\\.docker\\config.json385557979 C:\\Users\\runner\\.docker\\config.json: Access is denied.',
    'Error saving credentials: open C:\\Users\\runner\\.docker\\config.json: The process cannot access the file because it is being used by another process.',
    "C:\\Users\\runner\\.docker\\config.json could not be changed: EPERM: operation not permitted, rename 'C:\\Users\\runner\\.docker\\config.json.5f1c' -> 'C:\\Users\\runner\\.docker\\config.json'",
  ],
  'auth-file-is-mount': [
    'Error saving credentials: rename /root/.docker/config.json2889712038 /root/.docker/config.json: device or resource busy',
    'Error: writing to file "/root/.docker/config.json": rename /root/.docker/.tmp-config.json1357586311 /root/.docker/config.json: device or resource busy',
    "/root/.docker/config.json could not be changed: EBUSY: resource busy or locked, rename '/root/.docker/config.json.5f1c' -> '/root/.docker/config.json'",
  ],
  'docker-config-names-file': [
    'Error saving credentials: mkdir /home/runner/.docker/config.json: not a directory',
    'Error: failed to open config file at /home/runner/.docker/config.json/config.json: open /home/runner/.docker/config.json/config.json: not a directory',
    'Error: get credentials: reading JSON file "/home/runner/.docker/config.json/config.json": open /home/runner/.docker/config.json/config.json: not a directory',
    "/home/runner/.docker/config.json/config.json could not be changed: ENOTDIR: not a directory, open '/home/runner/.docker/config.json/config.json'",
  ],
  'auth-file-not-in-directory': [
    'Error saving credentials: mkdir /home/runner/.docker: not a directory',
    'Error: failed to open config file at /home/runner/.docker/config.json: open /home/runner/.docker/config.json: not a directory',
    'Failed to obtain podman configuration: unable to make rootless runtime: mkdir /run/user/1001/containers: not a directory',
    "/home/runner/.docker/config.json could not be changed: ENOTDIR: not a directory, open '/home/runner/.docker/config.json'",
  ],
  'auth-file-is-directory': [
    'Error: get credentials: reading JSON file "/home/runner/auth": read /home/runner/auth: is a directory',
    'Error saving credentials: rename /root/.docker/config.json985937260 /root/.docker/config.json: file exists',
    '/root/.docker/config.json could not be changed: EISDIR: illegal operation on a directory, read',
  ],
  'auth-file-invalid': [
    'Error: get credentials: reading JSON file "/run/user/1001/containers/auth.json": unmarshaling JSON at "/run/user/1001/containers/auth.json": invalid character \'}\' looking for beginning of object key string',
    "Error: failed to decode config file at /home/runner/.docker/config.json: invalid config format: invalid character '}' looking for beginning of object key string",
    '/home/runner/.docker/config.json could not be changed: it is not valid JSON',
  ],
  'auth-file-denied-windows': [
    'Error saving credentials: mkdir C:\\Windows\\system32\\config\\systemprofile\\.docker: Access is denied.',
    "C:\\Users\\runner\\.docker\\config.json could not be changed: EPERM: operation not permitted, open 'C:\\Users\\runner\\.docker\\config.json.5f1c'",
  ],
  'auth-file-denied': [
    'Error saving credentials: open /home/runner/.docker/config.json2082912559: permission denied',
    `Error: failed to store the credentials for ${HOST}: failed to save config file: failed to create ingest file: open /home/runner/.docker/oras_credstore_temp_930250903: permission denied`,
    'path "/home/runner/.config" exists and it is not owned by the current user',
    'writing to file "/run/user/1001/containers/auth.json": open /run/user/1001/containers/.tmp-auth.json3286977598: permission denied',
    "/home/runner/.docker/config.json could not be changed: EACCES: permission denied, open '/home/runner/.docker/config.json'",
  ],
  'client-proxy-login': [`${GET} Proxy Authentication Required`],
  'client-proxy-unreachable': [
    `${GET} proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused`,
    `Error response from daemon: ${GET} proxyconnect tcp: dial tcp: lookup proxy.example.com on 10.100.0.10:53: no such host`,
    `${GET} proxyconnect tcp: tls: first record does not look like a TLS handshake`,
  ],
  'client-proxy-refused': [
    `${GET} Forbidden`,
    `Error: authenticating creds for "${HOST}": pinging container registry ${HOST}: ${GET} Bad Gateway`,
    `${GET} Bad Request`,
    `Error response from daemon: ${GET} Service Unavailable`,
    `${GET} Filtered`,
  ],
  'registry-bad-request': [
    `login attempt to https://${HOST}/v2/ failed with status: 400 Bad Request`,
    `Error: authenticating creds for "${HOST}": StatusCode: 400, ""`,
  ],
  'registry-throttled': [
    `login attempt to https://${HOST}/v2/ failed with status: 429 Too Many Requests`,
    `Error: authenticating creds for "${HOST}": StatusCode: 429, ""`,
    'Error response from daemon: toomanyrequests: Rate exceeded',
  ],
  'registry-unavailable': [
    `login attempt to https://${HOST}/v2/ failed with status: 503 Service Unavailable`,
    `Error: authenticating creds for "${HOST}": received unexpected HTTP status: 500 Internal Server Error`,
    `Error response from registry: recognizable error message not found: GET "https://${HOST}/v2/": response status code 503: Service Unavailable`,
  ],
  'registry-forbidden': [
    `login attempt to https://${HOST}/v2/ failed with status: 403 Forbidden`,
    `Error: authenticating creds for "${HOST}": StatusCode: 403, ""`,
  ],
  'registry-unauthorized': [
    `login attempt to https://${HOST}/v2/ failed with status: 401 Unauthorized`,
    `Error response from daemon: ${GET} unauthorized: incorrect username or password`,
    `Error: logging into "${HOST}": invalid username/password`,
    'Error response from daemon: Get https://public.ecr.aws/v2/: denied: Not Authorized',
    'denied: Your authorization token has expired. Reauthenticate and try again.',
  ],
  'registry-untrusted': [
    `${GET} tls: failed to verify certificate: x509: certificate signed by unknown authority`,
  ],
  'registry-unreachable': [
    `${GET} dial tcp: lookup ${HOST}: no such host`,
    `${GET} dial tcp: lookup ${HOST}: getaddrinfow: The requested name is valid, but no data of the requested type was found.`,
    `${DIAL} connect: connection refused`,
    `${DIAL} connectex: No connection could be made because the target machine actively refused it.`,
    `${DIAL} i/o timeout`,
    `${DIAL} connectex: A connection attempt failed because the connected party did not properly respond after a period of time, or established connection failed because connected host has failed to respond.`,
    `${DIAL} connectex: A socket operation was attempted to an unreachable network.`,
    `${DIAL} connectex: A socket operation was attempted to an unreachable host.`,
    `${GET} read tcp 10.0.0.9:5->10.0.0.1:443: wsarecv: An existing connection was forcibly closed by the remote host.`,
    `${GET} net/http: TLS handshake timeout`,
    `${GET} EOF`,
    `docker could not log in to registry ${HOST}: timed out after 45 s`,
  ],
};
