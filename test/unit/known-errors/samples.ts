import { onOneLine } from '../../../src/known-errors/known-error.ts';

/** The messages of a known error, word for word: users search for them. */
type Sample = {
  /** The heading in docs/troubleshooting.md. */
  title?: string;
  /** The ID of the known error that has the same remedy, and so the same heading on the page. */
  titleOf?: string;
  messages?: string[];
  /** More messages, which the page leaves out. */
  variants?: string[];
  /**
   * Messages of failures that carry the ID (`knownError`), so that no pattern has to recognize them.
   * `named.test.ts` compares them with what the code says.
   */
  named?: string[];
};

const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const REQUEST_ID = '9b1f3c3e-9a52-4d3c-8f0e-2f1f3a6b7c11';
const ROLE = 'arn:aws:iam::444455556666:role/ecr-push';
const TOKEN_FILE = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token';

const NOTHING_FOUND = 'Could not load credentials from any providers';
const NO_REGION = `No AWS region: input 'aws-region', AWS_REGION, AWS_DEFAULT_REGION
  and the region of profile 'default' are not set, and no instance metadata names one.`;
const NO_PODMAN = "Input 'container-cli': podman not found on PATH.";
const NO_CLIENT = `No container client found on PATH. Looked for docker, podman,
  buildah, skopeo, nerdctl, finch, oras, helm.`;

function agent(status: number, message: string) {
  return `responded with HTTP ${status}: ${message}`;
}

/** EKS Auth refuses, and the agent passes the refusal on. */
function eksAuth(status: number, message: string, fault = 'client') {
  return agent(status, `[${REQUEST_ID}]: ${message}, fault: ${fault}`);
}

/** The call of the agent to EKS Auth fails. */
function notFetched(reason: string) {
  return `responded with HTTP 500: error getting credentials to cache: unable to fetch credentials
    from EKS Auth: operation error EKS Auth: AssumeRoleForPodIdentity, ${reason}`;
}

/** A pod has no variables of EKS Pod Identity. */
function nothingFromEks(rest: string) {
  return `This pod got nothing from EKS Pod Identity${rest}`;
}

const NO_URI_FROM_EKS = nothingFromEks(': AWS_CONTAINER_CREDENTIALS_FULL_URI is not set.');

/** IAM denies a call. */
function denied(call: string) {
  return `AccessDeniedException:
    User: arn:aws:sts::123456789012:assumed-role/pod-role/eks-runners-arc-7f1c
    is not authorized to perform: ${call}`;
}

function notAllowedBy(policy: string, action = 'ecr:GetAuthorizationToken') {
  return denied(`${action} on resource: * because no ${policy} allows the ${action} action`);
}

function viaProxy(failure: string) {
  return `The proxy http://proxy.example.com:3128 (variable HTTPS_PROXY) ${failure}`;
}

/** docker's request to the registry fails. */
function dockerGet(failure: string) {
  return `Get "https://${HOST}/v2/": ${failure}`;
}

/** A credential helper of docker fails. */
function notStored(helperOutput: string) {
  return `Error saving credentials: error storing credentials - err: exit status 1, out:
    \`${helperOutput}\``;
}

function podman(status: string) {
  return `login attempt to https://${HOST}/v2/ failed with status: ${status}`;
}

function skopeo(status: number) {
  return `Error: authenticating creds for "${HOST}": StatusCode: ${status}, ""`;
}

/**
 * The samples by the ID of the known error, in the order of `KNOWN_ERRORS`. A text can go over
 * several lines: a line break with spaces stands for one space.
 */
const SAMPLE_TEXTS: Record<string, Sample> = {
  'explicit-deny': {
    title: 'A policy explicitly denies the call',
    messages: [
      denied(`ecr:GetAuthorizationToken on resource: * with an explicit deny in a service
        control policy`),
      denied(`sts:AssumeRole on resource: ${ROLE} with an
        explicit deny in the role trust policy`),
    ],
  },

  'not-allowed-by-limit': {
    title: 'A policy that limits permissions does not allow the call',
    messages: [
      notAllowedBy('service control policy'),
      notAllowedBy('permissions boundary'),
      notAllowedBy('VPC endpoint policy'),
    ],
    variants: [notAllowedBy('resource control policy'), notAllowedBy('sessions policy')],
  },

  'ecr-permission-missing': {
    title: 'The role is not allowed to get a token from Amazon ECR',
    messages: [
      notAllowedBy('identity-based policy'),
      notAllowedBy('identity-based policy', 'sts:GetServiceBearerToken'),
    ],
    variants: [denied('ecr-public:GetAuthorizationToken on resource: *')],
  },

  'role-not-assumable': {
    title: 'The role cannot be assumed',
    messages: [
      denied(`sts:AssumeRole on resource: ${ROLE}`),
      denied(`sts:TagSession on resource: ${ROLE}`),
    ],
    variants: [
      `User: arn:aws:sts::123456789012:assumed-role/pod-role/eks-runners-arc-7f1c is not
        authorized to perform: sts:AssumeRole because no role trust policy allows the
        sts:AssumeRole action`,
    ],
  },

  'no-association': {
    title: 'No EKS Pod Identity association',
    messages: [
      eksAuth(
        404,
        `(ResourceNotFoundException): The token included in the request has no service account
          role association for it.`,
      ),
    ],
  },

  'role-trust-policy': {
    title: 'EKS cannot assume the role of the association',
    messages: [
      eksAuth(
        400,
        `(AccessDeniedException): Unauthorized Exception! EKS does not have permissions to
          assume the associated role.`,
      ),
      eksAuth(400, '(InvalidRequestException): Unable to assume role'),
    ],
    variants: ['HTTP 400: x: (X): The trust policy of the role does not allow it'],
  },

  'service-account-deleted': {
    title: 'The service account was deleted',
    messages: [
      eksAuth(
        400,
        '(InvalidRequestException): Service account arc-runners/build has been deleted.',
      ),
    ],
  },

  'eks-auth-denied': {
    title: 'The node is not allowed to call EKS Auth',
    messages: [
      eksAuth(
        400,
        `(AccessDeniedException): User:
          arn:aws:sts::111122223333:assumed-role/node-role/i-0123456789abcdef0 is not
          authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource:
          arn:aws:eks:eu-west-1:111122223333:cluster/my-cluster because no identity-based
          policy allows the eks-auth:AssumeRoleForPodIdentity action`,
      ),
    ],
  },

  'node-credentials': {
    title: 'The node has no valid credentials',
    messages: [
      notFetched(`get identity: get credentials: failed to refresh cached credentials, no
        EC2 IMDS role found, operation error ec2imds: GetMetadata, http response error
        StatusCode: 404, request to EC2 IMDS failed`),
      eksAuth(
        403,
        '(ExpiredTokenException): The security token included in the request is expired',
      ),
      eksAuth(
        403,
        '(UnrecognizedClientException): The security token included in the request is invalid.',
        'unknown',
      ),
    ],
  },

  'token-expired': {
    title: 'The service account token has expired',
    messages: [
      agent(400, 'Service account token failed basic claim validations: token is expired'),
      eksAuth(
        400,
        `(ExpiredTokenException): The token included in the request is expired: current
          date/time 1798761600 must be before the expiration date/time 1798758000`,
      ),
      agent(500, 'fetched credentials are expired or will expire within the next 9.09 seconds'),
    ],
    variants: [
      agent(400, 'Service account token failed basic claim validations: token is not valid yet'),
    ],
  },

  'token-invalid': {
    title: 'Not the token that EKS mounts',
    messages: [
      agent(400, 'Service account token cannot be empty'),
      agent(
        400,
        `Service account token cannot be parsed: token is malformed:
        token contains an invalid number of segments`,
      ),
      agent(
        400,
        `failed to get pod uid from service account token: Service
        account token missing pod claims`,
      ),
      eksAuth(400, '(InvalidTokenException): The audience in identity token is invalid.'),
      'Invalid character in header content ["authorization"]',
    ],
    variants: ['Authorization token contains invalid \\r\\n sequence.'],
  },

  'container-job-token': {
    titleOf: 'container-job',
    messages: [`ENOENT: no such file or directory, open '${TOKEN_FILE}'`],
  },

  'container-job': {
    title: "A job with 'container:' has no credentials",
    messages: [NOTHING_FOUND],
    named: [
      'AWS_CONTAINER_CREDENTIALS_FULL_URI is not set.',
      'Using the IAM role of the machine, which is probably not intended.',
      NO_REGION,
    ],
  },

  'token-file': {
    title: 'The token file is missing or cannot be read',
    messages: [
      `ENOENT: no such file or directory, open '${TOKEN_FILE}'`,
      `EACCES: permission denied, open '${TOKEN_FILE}'`,
    ],
    variants: [
      `ENOENT: no such file or directory, stat '${TOKEN_FILE}'`,
      `${TOKEN_FILE} is not a regular file of at most 16 MB`,
    ],
  },

  'eks-auth-unreachable': {
    title: 'The agent gets no answer from EKS Auth',
    messages: [agent(500, '[]'), agent(400, '[]: (UnknownError): UnknownError, fault: unknown')],
  },

  'eks-auth-failed': {
    title: 'EKS Auth fails',
    messages: [
      eksAuth(500, '(InternalServerException): Internal failure'),
      eksAuth(503, '(ServiceUnavailableException): The service is unavailable.'),
    ],
  },

  'agent-throttled': {
    title: 'EKS Auth or the agent throttles the requests',
    messages: [
      eksAuth(429, '(ThrottlingException): Rate exceeded'),
      agent(429, 'Too Many Requests'),
      notFetched(`failed to get rate limit token, retry quota exceeded, 0 available, 5
        requested`),
    ],
  },

  'agent-region-missing': {
    title: 'The agent has no region',
    messages: [
      notFetched(`resolve auth scheme: resolve endpoint: endpoint rule error, Invalid
        Configuration: Missing Region`),
    ],
  },

  'container-uri-wrong': {
    title: 'The URI of the agent is wrong',
    messages: [
      'Invalid URL',
      'URL not accepted. It must either be HTTPS or match one of the following:',
      agent(404, '404 page not found'),
      agent(
        403,
        `Access Denied. Called agent through invalid address, please
        use either [169.254.170.23 fd00:ec2::23] address not localhost`,
      ),
    ],
    variants: ['the response is not valid JSON'],
  },

  'agent-unreachable': {
    title: 'The agent does not answer',
    messages: [
      'connect ECONNREFUSED 169.254.170.23:80',
      'connect EACCES 169.254.170.23:80',
      'no response within 12 s',
    ],
    variants: ['socket hang up'],
  },

  'metadata-hostname': {
    title: 'Not a valid container metadata service hostname',
    messages: ['169.254.170.23 is not a valid container metadata service hostname'],
  },

  'no-pod-identity-arc': {
    title: 'A runner pod of ARC got nothing from EKS Pod Identity',
    named: [NO_URI_FROM_EKS],
  },

  'no-pod-identity-job': {
    title: 'A job pod got nothing from EKS Pod Identity',
    named: [NO_URI_FROM_EKS],
  },

  'no-pod-identity': {
    title: 'Another pod got nothing from EKS Pod Identity',
    named: [
      NO_URI_FROM_EKS,
      nothingFromEks(`, and no other source has credentials: ${NOTHING_FOUND}`),
      nothingFromEks(': neither credentials nor a region.'),
      nothingFromEks(', so the IAM role of the node is used, which is probably not intended.'),
      'Using the IAM role of the node, which is probably not intended.',
    ],
  },

  'proxy-url-invalid': {
    title: 'The URL or the password of the proxy is wrong',
    named: ["Invalid proxy URL in input 'http-proxy': invalid host or port."],
  },

  'proxy-login': {
    titleOf: 'proxy-url-invalid',
    messages: [
      viaProxy(`refused the connection to sts.eu-west-1.amazonaws.com: 407 Proxy
        Authentication Required`),
      dockerGet('Proxy Authentication Required'),
    ],
  },

  'proxy-failed': {
    title: 'The proxy does not answer or refuses the connection',
    messages: [
      viaProxy('refused the connection to sts.eu-west-1.amazonaws.com: 403 Filtered'),
      viaProxy('cannot be reached: connect ECONNREFUSED 10.0.0.1:3128'),
      viaProxy('passed on nothing from sts.eu-west-1.amazonaws.com: no connection within 5 s'),
      dockerGet('proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused'),
      dockerGet('Forbidden'),
      viaProxy('did not answer with HTTP'),
    ],
    variants: [
      `Error: authenticating creds for "${HOST}": pinging container registry ${HOST}:
        ${dockerGet('Bad Gateway')}`,
    ],
  },

  'command-file': {
    title: 'The user of the job cannot write the files of the runner',
    named: [
      `EACCES: permission denied, open
        '/__w/_temp/_runner_file_commands/save_state_9b1f3c3e-9a52-4d3c-8f0e-2f1f3a6b7c11'`,
    ],
  },

  'client-missing': {
    title: 'The client is not installed',
    named: [NO_PODMAN, NO_CLIENT],
  },

  'client-missing-in-job': {
    title: 'The client is not in the image of the job',
    named: [NO_PODMAN, NO_CLIENT],
  },

  'user-namespace': {
    title: 'podman or buildah cannot create a user namespace',
    messages: [
      'cannot set up namespace using "/usr/bin/newuidmap": exit status 1',
      'error determining current user: user: unknown userid 1001',
    ],
  },

  'docker-daemon-unreachable': {
    title: 'docker cannot reach the Docker daemon',
    messages: [
      `Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker
        daemon running?`,
      'permission denied while trying to connect to the docker API at unix:///var/run/docker.sock',
      `error during connect: Post "http://docker:2375/v1.24/auth": dial tcp: lookup docker on
        10.100.0.10:53: no such host`,
    ],
    variants: [
      `Failed to initialize: unable to resolve docker endpoint: open /certs/client/ca.pem: no
        such file or directory`,
    ],
  },

  'ecr-login-helper': {
    title: 'The credential helper ecr-login stores no logins',
    messages: [notStored('not implemented')],
  },

  'credential-store-failed': {
    title: 'The credential store fails',
    messages: [
      `error getting credentials - err: exec: "docker-credential-desktop": executable file not
        found in $PATH, out: \`\``,
      notStored('The stub received bad data.'),
      notStored('User interaction is not allowed. (-25308)'),
      notStored('pass store is uninitialized'),
    ],
    variants: [
      `Error: failed to store the credentials for ${HOST}: User interaction is not allowed.`,
    ],
  },

  'auth-file-invalid': {
    title: 'The auth file is not valid',
    messages: [
      `reading JSON file "/run/user/1001/containers/auth.json": unmarshaling JSON at
        "/run/user/1001/containers/auth.json": invalid character '}' looking for beginning of
        object key string`,
      '/home/runner/.docker/config.json could not be changed: it is not valid JSON',
      'Error saving credentials: mkdir /home/runner/.docker/config.json: not a directory',
    ],
    variants: [
      '/x could not be changed: /x is not a regular file of at most 16 MB',
      `Error saving credentials: rename /root/.docker/config.json985937260
        /root/.docker/config.json: file exists`,
    ],
  },

  'auth-file-not-writable': {
    title: 'The auth file cannot be written',
    messages: [
      'Error saving credentials: mkdir /.docker: permission denied',
      `Error saving credentials: open /etc/docker-config/config.json591638115: read-only file
        system`,
      `Error saving credentials: rename /root/.docker/config.json2889712038
        /root/.docker/config.json: device or resource busy`,
    ],
    variants: [
      'stat /.config: no such file or directory',
      `Error: "/run/user/1001" directory set by $XDG_RUNTIME_DIR does not exist. Either create
        the directory or unset $XDG_RUNTIME_DIR.`,
      'path "/home/runner/.config" exists and it is not owned by the current user',
    ],
  },

  'registry-bad-request': {
    title: 'The registry answers 400',
    messages: [podman('400 Bad Request'), skopeo(400)],
    variants: [`GET "https://${HOST}/v2/": response status code 400: Bad Request`],
  },

  'registry-denied': {
    title: 'The registry answers 401 or 403',
    messages: [
      podman('403 Forbidden'),
      podman('401 Unauthorized'),
      `Error: logging into "${HOST}": invalid username/password`,
      'denied: Your authorization token has expired. Reauthenticate and try again.',
    ],
    variants: [
      skopeo(403),
      'Error response from daemon: Get https://public.ecr.aws/v2/: denied: Not Authorized',
    ],
  },

  'account-not-allowed': {
    title: 'The account is not allowed',
    named: ['The caller account is 111122223333; allowed-account-ids allows 444455556666.'],
  },

  'region-missing': {
    title: 'No region',
    named: [NO_REGION],
  },

  clock: {
    title: 'The clock is wrong',
    messages: [
      `InvalidSignatureException: Signature expired: 20261231T120000Z is now earlier than
        20261231T121500Z (20261231T122000Z - 5 min.)`,
    ],
    variants: [
      `SignatureDoesNotMatch: Signature not yet current: 20261231T121500Z is still later than
        20261231T120500Z (20261231T120000Z + 5 min.)`,
    ],
  },

  'keys-invalid': {
    title: 'The credentials have expired or are not valid',
    messages: [
      'ExpiredTokenException: The security token included in the request is expired',
      'UnrecognizedClientException: The security token included in the request is invalid.',
      `InvalidSignatureException: The request signature we calculated does not match the
        signature you provided. Check your AWS Secret Access Key and signing method. Consult
        the service documentation for details.`,
    ],
  },

  'ecr-throttled': {
    title: 'Amazon ECR throttles the requests',
    messages: [
      'ThrottlingException: Rate exceeded',
      'Error response from daemon: toomanyrequests: Rate exceeded',
      podman('429 Too Many Requests'),
    ],
    variants: [skopeo(429)],
  },

  certificate: {
    title: 'The certificate is not trusted',
    messages: [
      'self-signed certificate in certificate chain',
      'unable to get local issuer certificate',
      'certificate has expired',
      dockerGet('tls: failed to verify certificate: x509: certificate signed by unknown authority'),
    ],
    variants: [
      `Hostname/IP does not match certificate's altnames: Host:
        api.ecr.eu-west-1.amazonaws.com. is not in the cert's altnames: DNS:*.example.com`,
    ],
  },

  'ecr-unreachable': {
    title: 'Amazon ECR is unreachable',
    messages: [
      'getaddrinfo ENOTFOUND api.ecr.eu-wset-1.amazonaws.com',
      'connect ETIMEDOUT 10.0.0.1:443',
      dockerGet(`dial tcp: lookup ${HOST}: no such host`),
      dockerGet('dial tcp 10.0.0.1:443: i/o timeout'),
    ],
    variants: [
      dockerGet(`dial tcp 10.0.0.1:443: connectex: No connection could be made because the target
        machine actively refused it.`),
      dockerGet('EOF'),
      `docker could not log in to registry ${HOST}: timed out after 45 s`,
    ],
  },

  'github-hosted-no-credentials': {
    title: 'A GitHub-hosted runner without credentials',
    messages: [NOTHING_FOUND],
  },

  'no-credentials': {
    title: 'No credentials found',
    messages: [NOTHING_FOUND, 'Unable to connect to instance metadata service'],
  },

  'irsa-refused': {
    title: 'AWS STS does not accept the web identity (IRSA)',
    messages: [
      'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
      `InvalidIdentityToken: No OpenIDConnect provider found in your account for
        https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF`,
      'InvalidIdentityToken: Incorrect token audience',
    ],
    variants: [
      `InvalidIdentityToken: OpenIDConnect provider's HTTPS certificate doesn't match
        configured thumbprint`,
    ],
  },

  'irsa-token': {
    title: 'The web identity token is missing or invalid (IRSA)',
    messages: [
      `ExpiredTokenException: Token expired: current date/time 1798761600 must be before the
        expiration date/time 1798758000`,
      `InvalidIdentityToken: The ID Token provided is not a valid JWT. (You may see this error
        if you sent an Access Token)`,
      `ENOENT: no such file or directory, open
        '/var/run/secrets/eks.amazonaws.com/serviceaccount/token'`,
    ],
  },

  'sts-unreachable': {
    title: 'AWS STS is unreachable',
    messages: [
      'getaddrinfo ENOTFOUND sts.eu-west-1.amazonaws.com',
      'connect ECONNREFUSED 10.0.0.1:443',
    ],
  },

  'profile-failed': {
    title: 'The profile has no credentials',
    messages: [
      'Could not resolve credentials using profile: [build] in configuration/credentials file(s).',
      'credential_process failed; its output is not shown',
    ],
  },
};

const onOneLineEach = (texts: string[] = []) => texts.map(onOneLine);

export const SAMPLES = new Map(
  Object.entries(SAMPLE_TEXTS).map(([id, sample]) => {
    const texts = {
      ...sample,
      messages: onOneLineEach(sample.messages),
      variants: onOneLineEach(sample.variants),
      named: onOneLineEach(sample.named),
    };
    return [id, texts];
  }),
);
