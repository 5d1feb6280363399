import { OWN_DOCKER_CONFIG } from './commands.ts';
import type { KnownError } from './known-error.ts';

const AREAS: KnownError['areas'] = ['container-client'];

/** The client itself, and its engine. */
const CLIENT: readonly KnownError[] = [
  {
    id: 'client-missing',
    areas: AREAS,
    means: '{tool} is not in the runner image, or its directory is not on PATH.',
    remedy:
      "Install the client in the runner image. An engine is not needed to log in. On Debian and Ubuntu:\nsudo apt-get install --yes docker-cli\nBuilders that read docker's config.json (kaniko, buildctl, crane, ko, jib) need no client:\nwith:\n  container-cli: config-file",
  },
  {
    id: 'client-missing-windows',
    areas: AREAS,
    means:
      '{tool} is not installed on this runner, or its directory is not on the Path of the runner service.',
    remedy:
      "Find the client, add its directory to the system Path, and restart the runner service:\nwhere.exe docker\nBuilders that read docker's config.json need no client:\nwith:\n  container-cli: config-file",
  },
  {
    id: 'client-not-executable',
    areas: AREAS,
    pattern: /could not be started: spawn (?:EINVAL|UNKNOWN|\S+ (?:EACCES|ENOEXEC)|EACCES|ENOEXEC)/,
    means:
      'The first {tool} on PATH is not a program that this action can start: a script (docker.cmd or docker.bat on Windows), or a file for another kind of machine.',
    remedy:
      'Put the directory of the program (docker.exe on Windows) first on PATH. To see what is there:\nwhere.exe docker || type -a docker',
  },
  {
    id: 'client-user-unknown',
    areas: AREAS,
    pattern: /unknown userid/,
    means:
      '{tool} works only for users that the image knows: this one (runAsUser, --user) has no entry in /etc/passwd.',
    remedy:
      'Add the user to the image. Or log skopeo in, which needs no entry and has the same auth file as podman and buildah:\nwith:\n  container-cli: skopeo',
  },
  {
    id: 'client-user-namespace',
    areas: AREAS,
    pattern: /newuidmap|newgidmap|to join the existing user namespace|cannot clone: /,
    means:
      '{tool} creates a user namespace before it logs in, which this user, pod or node does not allow: newuidmap lacks its capability, or the user its range in /etc/subuid, or the security context of the pod forbids it.',
    remedy:
      'Log skopeo in, which needs no user namespace and has the same auth file as podman and buildah:\nwith:\n  container-cli: skopeo\nA build by podman or buildah needs the namespace all the same. To test it on the runner:\npodman unshare cat /proc/self/uid_map',
  },
  {
    id: 'client-version',
    areas: AREAS,
    pattern: /client version \S+ is too (?:old|new)/,
    means:
      '{tool} and its engine support no version of the API in common: the runner image has a much older client than the engine, or DOCKER_API_VERSION asks for another version.',
    remedy:
      "Update the client in the runner image (Docker Engine 29 needs a client of version 25 or later), and unset the variable:\nenv:\n  DOCKER_API_VERSION: ''",
  },
  {
    id: 'client-engine-address',
    areas: AREAS,
    pattern: /unable to resolve docker endpoint/,
    means:
      'DOCKER_HOST, DOCKER_CERT_PATH or DOCKER_CONTEXT names something that {tool} cannot use: certificates that are missing or cannot be read, or a context that this runner does not have.',
    remedy:
      'Correct the variable. To see what is set, and which contexts there are:\nenv | grep ^DOCKER_\ndocker context ls\nThe container docker:dind creates the certificates when it starts: mount its volume /certs/client into the runner, too.',
  },
  {
    id: 'client-engine-tls',
    areas: AREAS,
    pattern:
      /error during connect:.*(?:tls: |x509: |malformed HTTP response)|Client sent an HTTP request to an HTTPS server/,
    means:
      '{tool} and its engine do not agree on TLS: only one of them uses it, or the certificates in DOCKER_CERT_PATH are not those of this engine.',
    remedy:
      "For an engine with TLS, as docker:dind starts it:\nenv:\n  DOCKER_HOST: tcp://localhost:2376\n  DOCKER_TLS_VERIFY: '1'\n  DOCKER_CERT_PATH: /certs/client\nFor an engine without TLS:\nenv:\n  DOCKER_HOST: tcp://localhost:2375\n  DOCKER_TLS_VERIFY: ''",
  },
  {
    id: 'client-socket-denied',
    areas: AREAS,
    pattern: /permission denied while trying to connect(?!.*npipe)|dial unix \S+: connect: permission denied/,
    means:
      '{tool} is not allowed to use the socket of its engine: the user of the runner is not in the group of the socket.',
    remedy:
      'Add the user to the group, and restart the runner:\nsudo usermod --append --groups docker "$USER"',
  },
  {
    id: 'client-pipe-denied',
    areas: AREAS,
    pattern: /pipe\/docker\w*: Access is denied|npipe.*permission denied|permission denied.*npipe/i,
    means:
      '{tool} is not allowed to use the named pipe of its engine: the account of the runner service is not in the group docker-users.',
    remedy:
      'Add the account of the runner service to the group, and restart the service:\nnet localgroup docker-users <account> /add',
  },
  {
    id: 'client-pipe-missing',
    areas: AREAS,
    pattern: /pipe\/docker\w*: The system cannot find the file specified/i,
    means: '{tool} finds no engine: Docker is not running on this Windows machine.',
    remedy: 'Start Docker Desktop, or the service of the Docker engine:\nStart-Service docker',
  },
  {
    id: 'podman-machine-down',
    areas: AREAS,
    pattern: /Cannot connect to Podman|unable to connect to Podman socket/,
    means:
      'On Windows and macOS, and where CONTAINER_HOST is set, podman works in a machine or at a service, which does not run.',
    remedy: 'Start the machine before this step, or unset CONTAINER_HOST:\npodman machine start',
  },
  {
    id: 'client-engine-down',
    areas: AREAS,
    pattern:
      /Cannot connect to the Docker daemon|Is the docker daemon running|failed to connect to the docker API|error during connect: (?!.*pipe)|for API route and version/i,
    means:
      '{tool} finds no engine at its address. In docker-in-docker mode the engine may start after the runner.',
    remedy:
      'Check DOCKER_HOST, and wait for the engine in a step before this one:\ntimeout 60 sh -c "until docker info; do sleep 1; done"',
  },
];

/** Credential stores and helpers. */
const CREDENTIAL_STORE: readonly KnownError[] = [
  {
    id: 'registries-conf-helper',
    areas: AREAS,
    pattern:
      /^(?:podman|buildah|skopeo) could not log in.*(?:error storing credentials|not implemented)[\s\S]*\nno helper in the auth file/,
    means:
      'registries.conf names a credential helper under credential-helpers, which {tool} uses for every registry, and this helper did not store the password. The helper ecr-login cannot store any.',
    remedy:
      'Remove the helper from credential-helpers, or put "containers-auth.json" before it, in the file that applies:\ngrep --recursive credential-helpers /etc/containers ~/.config/containers',
  },
  {
    id: 'credential-store-not-implemented',
    areas: AREAS,
    pattern: /not implemented/,
    means:
      "The client's configuration names the credential helper 'ecr-login', which requests credentials itself and cannot store any.",
    remedy: `Remove "credsStore": "ecr-login" (or its entry in "credHelpers") from the configuration, or give the job its own, which sets the helper aside:\n${OWN_DOCKER_CONFIG}`,
  },
  {
    id: 'credential-helper-missing',
    areas: AREAS,
    pattern: /docker-credential-[\w-]+\W+(?:executable file )?not found|docker-credential-[\w-]+.*not found/,
    means: "The client's configuration names a credential helper that is not installed on this runner.",
    remedy: `Install it, or use a configuration without "credsStore":\n${OWN_DOCKER_CONFIG}`,
  },
  {
    id: 'credential-store-detected',
    areas: AREAS,
    pattern: /error storing credentials[\s\S]*\nno helper in the auth file/i,
    means:
      "{tool} found the credential store of the operating system by itself: no configuration names one, and it looks for one as long as its configuration holds no login. The store did not take the password. Windows' store takes none as long as those of Amazon ECR; others are often locked on a runner.",
    remedy: `Give the job its own configuration, where {tool} looks for no store:\n${OWN_DOCKER_CONFIG}`,
  },
  {
    id: 'credential-store-windows',
    areas: AREAS,
    pattern: /The stub received bad data/,
    means:
      'The credential store of Windows takes no password as long as those of Amazon ECR. Its message means that.',
    remedy: `Use a configuration without "credsStore": "wincred":\n${OWN_DOCKER_CONFIG}`,
  },
  {
    id: 'credential-store-keychain',
    areas: AREAS,
    pattern: /already exists in the keychain/,
    means: 'The keychain of macOS holds a login for this registry that another user or program created.',
    remedy:
      'Delete that entry, or use a configuration without "credsStore": "osxkeychain":\nsecurity delete-internet-password -s {registry}',
  },
  {
    id: 'credential-store-locked',
    areas: AREAS,
    pattern:
      /User interaction is not allowed|keychain is locked|passphrase you entered is not correct|locked collection|failed to unlock|org\.freedesktop\.secrets|Secret\.Collection|autolaunch D-Bus|pass (?:store is uninitialized|not initialized)|gpg: .*(?:decryption|encryption) failed/i,
    means:
      'The credential store that the configuration names is locked, or not running: a runner has no desktop session in which somebody unlocks the keyring.',
    remedy: `Use a configuration without "credsStore":\n${OWN_DOCKER_CONFIG}`,
  },
  {
    id: 'credential-store-failed',
    areas: AREAS,
    pattern:
      /error (?:storing|getting) credentials|failed to store the credentials for \S+: (?!failed to |open |mkdir )/i,
    means:
      'The credential store that the configuration of {tool} names did not take the password, or could not be read.',
    remedy: `Use a configuration without "credsStore":\n${OWN_DOCKER_CONFIG}`,
  },
];

/** The auth file and its directory. The messages are those of Go and of node. */
const AUTH_FILE: readonly KnownError[] = [
  {
    id: 'auth-file-without-location',
    areas: AREAS,
    pattern: /\/run\/containers\/\d+\S*: permission denied/,
    means:
      'No variable says where {tool} keeps its logins. Without XDG_RUNTIME_DIR, users other than root have no directory for them.',
    remedy: `Give the job its own configuration:\n${OWN_DOCKER_CONFIG}`,
  },
  {
    id: 'runtime-directory-missing',
    areas: AREAS,
    pattern: /directory set by \$XDG_RUNTIME_DIR does not exist|mkdir \/run\/user\/\d+: permission denied/,
    means:
      'XDG_RUNTIME_DIR names a directory that does not exist. It is created when a user logs in to the machine, not for a service.',
    remedy: 'Name a directory that exists:\nenv:\n  XDG_RUNTIME_DIR: /tmp',
  },
  {
    id: 'home-not-writable',
    areas: AREAS,
    pattern:
      /(?:mkdir|stat|open) '?\/\.(?:docker|config)\b.*(?:permission denied|no such file)|(?:EACCES|EPERM): .*mkdir '\/\.docker/,
    means:
      'HOME is /, where this user cannot write: the pod or container runs as a user (runAsUser, --user) that its image does not know.',
    remedy: `Set HOME to a directory of this user, in the pod template or in the workflow:\nenv:\n  HOME: /home/runner\nOr give the job its own configuration:\n${OWN_DOCKER_CONFIG}`,
  },
  {
    id: 'auth-file-no-space',
    areas: AREAS,
    pattern: /no space left on device|ENOSPC|disk quota exceeded|EDQUOT|not enough space on the disk/i,
    means:
      'The disk of the auth file is full, or a quota or the ephemeral-storage limit of the pod is reached.',
    remedy:
      'Free space, or enlarge the volume. To see what is full:\ndf --human-readable "$HOME" "$RUNNER_TEMP"',
  },
  {
    id: 'auth-file-read-only',
    areas: AREAS,
    pattern: /read-only file system/i,
    means:
      'The auth file is on a read-only file system. A Secret or ConfigMap that is mounted into a pod is always read-only, and so is everything with readOnlyRootFilesystem.',
    remedy: `Give the job its own configuration, which starts from the read-only one:\n${OWN_DOCKER_CONFIG}\nOr let DOCKER_CONFIG (REGISTRY_AUTH_FILE for podman, buildah and skopeo) name a place that can be written.`,
  },
  {
    id: 'auth-file-in-use',
    areas: AREAS,
    pattern:
      /being used by another process|(?:config|auth)\.json\S*: Access is denied|(?:EPERM|EBUSY|EACCES): .*rename '[A-Z]:/i,
    means:
      'On Windows a file that another program has open cannot be replaced. A virus scanner or a backup may have opened the auth file.',
    remedy: `Exclude the directory from the scanner, or give the job its own configuration:\n${OWN_DOCKER_CONFIG}`,
  },
  {
    id: 'auth-file-is-mount',
    areas: AREAS,
    pattern: /device or resource busy|resource busy or locked/,
    means:
      'The auth file itself is a mount (subPath in a pod, a file in docker run --volume). A client replaces the file, and a mount cannot be replaced.',
    remedy: `Mount the directory in place of the file, or give the job its own configuration, which starts from that file:\n${OWN_DOCKER_CONFIG}`,
  },
  {
    id: 'docker-config-names-file',
    areas: AREAS,
    pattern: /config\.json[/\\]config\.json|mkdir '?[^']*config\.json\b/,
    means: 'DOCKER_CONFIG names the file config.json. It has to name the directory that config.json is in.',
    remedy: 'Remove the name of the file from the variable:\nenv:\n  DOCKER_CONFIG: /home/runner/.docker',
  },
  {
    id: 'auth-file-not-in-directory',
    areas: AREAS,
    pattern: /not a directory|ENOTDIR|EEXIST: .*mkdir/i,
    means:
      'A part of the path of the auth file is a file, where a directory has to be: ~/.docker, for instance.',
    remedy: `Rename that file, or give the job its own configuration:\nls -ld ~/.docker\n${OWN_DOCKER_CONFIG}`,
  },
  {
    id: 'auth-file-is-directory',
    areas: AREAS,
    pattern: /is a directory|EISDIR|rename \S+ \S+: file exists/i,
    means:
      'The auth file is a directory. REGISTRY_AUTH_FILE has to name a file, and docker creates a directory if docker run --volume names a file that does not exist.',
    remedy:
      'Let the variable name a file, or remove the directory. To see what is there:\nls -ld "$REGISTRY_AUTH_FILE" ~/.docker/config.json',
  },
  {
    id: 'auth-file-invalid',
    areas: AREAS,
    pattern:
      /unmarshaling JSON|failed to decode config file|it is not valid JSON|does not have the form of a docker configuration/,
    means:
      'The auth file, or one of those that {tool} reads beside it, is not valid JSON, or has another form.',
    remedy: `Correct the file, or give the job its own configuration:\njq . ~/.docker/config.json\n${OWN_DOCKER_CONFIG}`,
  },
  {
    id: 'auth-file-denied-windows',
    areas: AREAS,
    pattern: /(?:open|mkdir|rename|write|stat) [A-Z]:\\.*Access is denied|(?:EACCES|EPERM): .*'[A-Z]:\\/i,
    means:
      'The account of the runner service cannot read or write the auth file, or its directory: they belong to another account, or are in the profile of the system.',
    remedy: `Allow it in an administrator's prompt, or give the job its own configuration:\nicacls <directory> /grant "<account>:(OI)(CI)M"\n${OWN_DOCKER_CONFIG}`,
  },
  {
    id: 'auth-file-denied',
    areas: AREAS,
    pattern:
      /(?:open|mkdir|rename|write|stat|chmod|chown) .*(?:permission denied|operation not permitted|Access is denied)|(?:EACCES|EPERM): |is not owned by the current user/i,
    means:
      'This user cannot read or write the auth file, or its directory: they may belong to root (sudo docker login creates such files), or to another user of the same volume.',
    remedy: `Give them to the user of the runner, or give the job its own configuration:\nsudo chown --recursive "$(id --user)" ~/.docker\n${OWN_DOCKER_CONFIG}`,
  },
];

const ENGINE_PROXY =
  'If the error begins with "Error response from daemon", the engine logged in, through the proxy of its own settings:\ndocker info --format "{{.HTTPSProxy}} {{.NoProxy}}"';

/** The proxy of the client. Go's network library shows no more of its response than the text of the status. */
const CLIENT_PROXY: readonly KnownError[] = [
  {
    id: 'client-proxy-login',
    areas: AREAS,
    pattern: /Proxy Authentication Required/,
    means: 'The proxy of {tool} requires a user and password, or rejects those in its URL.',
    remedy: `Put user and password into the URL, before the host, with special characters as %XX, and keep the URL as a secret:\nenv:\n  HTTPS_PROXY: \${{ secrets.PROXY_URL }}\n${ENGINE_PROXY}`,
  },
  {
    id: 'client-proxy-unreachable',
    areas: AREAS,
    pattern: /proxyconnect/,
    means:
      '{tool} cannot reach its proxy: nothing listens at the address, its name does not resolve, or its URL begins with https:// and the proxy does not use TLS.',
    remedy: `Correct the URL, or bypass the proxy. Most proxies need http:// there, for calls to https addresses, too:\nenv:\n  HTTPS_PROXY: http://proxy.example.com:3128\n  NO_PROXY: .amazonaws.com\n${ENGINE_PROXY}`,
  },
  {
    id: 'client-proxy-refused',
    areas: AREAS,
    pattern:
      /(?:Get|Head|Post) "https:[^"]*": (?:Forbidden|Filtered|Bad Request|Bad Gateway|Service Unavailable|Gateway Time-?out)/,
    means:
      'The proxy of {tool} does not connect to {registry}: its rules forbid it, or it cannot reach {registry} itself.',
    remedy: `Allow {registry} on the proxy, or bypass the proxy (for a VPC endpoint, say):\nenv:\n  NO_PROXY: .amazonaws.com\n${ENGINE_PROXY}`,
  },
];

/** Responses of the registry, and the way to it. */
const REGISTRY: readonly KnownError[] = [
  {
    id: 'registry-bad-request',
    areas: AREAS,
    pattern: /\b400\b/,
    means:
      'Registry {registry} refuses this password. An authorization token of Amazon ECR is valid only in the region that issued it, so the host and the region of the call do not match.',
    remedy:
      'Give the full host of the registry, so that its own region is called:\nwith:\n  registries: {registry}',
  },
  {
    id: 'registry-forbidden',
    areas: AREAS,
    pattern: /\b403\b|Forbidden/,
    means:
      'Registry {registry} denies access: a policy of the registry, of the VPC endpoint com.amazonaws.{region}.ecr.dkr or of the organization forbids it, or a proxy does.',
    remedy:
      'Check the policy of the endpoint com.amazonaws.{region}.ecr.dkr, and what else is on the way:\ncurl -sS -o /dev/null -D - https://{registry}/v2/',
  },
  {
    id: 'registry-unauthorized',
    areas: AREAS,
    pattern:
      /\b401\b|unauthorized|incorrect username or password|invalid username\/password|no basic auth credentials|denied: (?:Not Authorized|Your authorization token)/i,
    means:
      'Registry {registry} refuses the password that Amazon ECR has just issued: the caller account has no access to this registry, or the host is not the one that the password is for.',
    remedy:
      'Compare the credentials that are used (in the log above) with the account of the registry:\naws sts get-caller-identity',
  },
  {
    id: 'registry-throttled',
    areas: AREAS,
    pattern: /\b429\b|toomanyrequests|Too Many Requests/i,
    means: 'Registry {registry} has too many requests at the same time from this account.',
    remedy: 'Run the job again. If the error persists, start the runners at different times.',
  },
  {
    id: 'registry-unavailable',
    areas: AREAS,
    pattern: /(?:status(?: ?code)?:? |\bHTTP )5\d\d\b|\b50[0-4] (?:Internal|Bad Gateway|Service|Gateway)/i,
    means: 'Registry {registry}, or a proxy on the way to it, had an internal error.',
    remedy: 'Run the job again. If the error persists, check https://health.aws.amazon.com.',
  },
  {
    id: 'registry-untrusted',
    areas: AREAS,
    pattern: /x509|certificate/i,
    means:
      '{tool} does not trust the certificate of registry {registry}: a proxy or firewall opens TLS connections and uses a certificate authority of its own.',
    remedy:
      'Give that certificate authority to the client:\nenv:\n  SSL_CERT_FILE: /etc/ssl/certs/ca-certificates.crt\nIf the error begins with "Error response from daemon", the engine needs it, in the file:\n/etc/docker/certs.d/{registry}/ca.crt',
  },
  {
    id: 'registry-unreachable',
    areas: AREAS,
    pattern: new RegExp(
      [
        'no such host|server misbehaving|temporary failure in name resolution|getaddrinfow',
        'connection refused|actively refused it|no route to host|network is unreachable|unreachable (?:network|host)',
        'i/o timeout|TLS handshake timeout|context deadline exceeded|Client\\.Timeout|timed out|did not properly respond',
        'connection reset|forcibly closed|broken pipe|EOF',
      ].join('|'),
      'i',
    ),
    means:
      'Cannot reach registry {registry} from this runner. A subnet without a route to the internet needs the VPC endpoints of Amazon ECR. For a proxy, the client has its own settings.',
    remedy:
      'Create the endpoints com.amazonaws.{region}.ecr.dkr (interface) and com.amazonaws.{region}.s3 (gateway), and test:\ncurl -sS -o /dev/null -D - https://{registry}/v2/',
  },
];

/** An error message can quote another one, so what is closer to the client comes first. */
export const CONTAINER_CLIENT: readonly KnownError[] = [
  ...CLIENT,
  ...CREDENTIAL_STORE,
  ...AUTH_FILE,
  ...CLIENT_PROXY,
  ...REGISTRY,
];
