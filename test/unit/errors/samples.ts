import type { Area } from '../../../src/errors/failure.ts';

/** A failure in the words in which it really comes, and the entry that explains it. */
export type Sample = { readonly id: string; readonly area: Area; readonly words: string };

const AUTH_ID = '[0b7f3c3e-9a52-4d3c-8f0e-2f1f3a6b7c11]';
const URI = 'http://169.254.170.23/v1/credentials';
const PRINCIPAL = 'arn:aws:sts::123456789012:assumed-role/runner/eks-pod';

function rows(area: Area, texts: Readonly<Record<string, readonly string[]>>): readonly Sample[] {
  return Object.entries(texts).flatMap(([id, all]) => all.map((words) => ({ id, area, words })));
}

/** Failures for every entry that is recognised by its words. */
export const SAMPLES: readonly Sample[] = [
  ...rows('pod-identity', {
    'container-uri-malformed': ['Invalid URL'],
    'container-uri-not-allowed': ['URL not accepted. It must either be HTTPS or match one of the following:'],
    'token-file-missing': [
      "ENOENT: no such file or directory, open '/var/run/secrets/pods.eks.amazonaws.com/token'",
      "ENOTDIR: not a directory, open '/dev/null/token'",
    ],
    'token-file-unreadable': [
      "EACCES: permission denied, open '/token'",
      'EISDIR: illegal operation on a directory, read',
    ],
    'token-file-malformed': [
      'Invalid character in header content ["Authorization"]',
      'Authorization token contains invalid \\r\\n sequence.',
    ],
    'token-empty': [`${URI} answered 400: Service account token cannot be empty`],
    'token-expired': [
      `${URI} answered 400: Service account token failed basic claim validations: token is expired`,
      `${URI} answered 400: ${AUTH_ID}: (ExpiredTokenException): Token expired, fault: client`,
      `${URI} answered 400: no more\nclaims: expired`,
    ],
    'token-audience': [
      `${URI} answered 400: ${AUTH_ID}: (InvalidTokenException): bad\nclaims: other audience`,
    ],
    'token-invalid': [
      `${URI} answered 400: ${AUTH_ID}: (InvalidTokenException): bad, fault: client`,
      `${URI} answered 400: Service account token cannot be parsed: token is malformed`,
      `${URI} answered 400: Service account token failed basic claim validations: token is not valid yet`,
    ],
    'no-association': [`${URI} answered 404: ${AUTH_ID}: (ResourceNotFoundException): none, fault: client`],
    'role-trust-policy': [
      `${URI} answered 403: ${AUTH_ID}: (AccessDeniedException): Unauthorized Exception! EKS does not have permissions to assume the associated role., fault: client`,
    ],
    'eks-auth-denied': [
      `${URI} answered 403: ${AUTH_ID}: (AccessDeniedException): User: ${PRINCIPAL} is not authorized to perform: eks-auth:AssumeRoleForPodIdentity, fault: client`,
    ],
    'agent-invalid-address': [
      `${URI} answered 403: Access Denied. Called agent through invalid address, please use either [169.254.170.23 fd00:ec2::23] address not proxy.example.com`,
    ],
    'eks-auth-unreachable': [`${URI} answered 500: []`],
    'agent-throttled': [
      `${URI} answered 429: Too Many Requests`,
      `${URI} answered 429: ${AUTH_ID}: (ThrottlingException): slow down, fault: client`,
    ],
    'eks-auth-unavailable': [
      `${URI} answered 503: ${AUTH_ID}: (ServiceUnavailableException): later, fault: server`,
      `${URI} answered 500: ${AUTH_ID}: (InternalServerException): oh, fault: server`,
      `${URI} answered 502: (without words)`,
    ],
    'agent-unreachable': [
      'connect ECONNREFUSED 169.254.170.23:80',
      'connect EHOSTUNREACH 169.254.170.23:80',
      'connect ENETUNREACH fd00:ec2::23:80',
      'connect EADDRNOTAVAIL fd00:ec2::23:80',
    ],
    'agent-timeout': ['no answer within 5 s', 'connect ETIMEDOUT 169.254.170.23:80'],
    'agent-connection-cut': ['read ECONNRESET', 'socket hang up', 'aborted'],
    'agent-unexpected-answer': [
      'HTTP credential provider response not of the required format, an object matching: …',
      'the answer is not valid JSON',
      'the answer is longer than 1 MB',
      'EKS Pod Identity gave no credentials: http://127.0.0.1/ answered 302: (without words)',
    ],
    'container-metadata-hostname': ['169.254.170.23 is not a valid container metadata service hostname'],
  }),
  ...rows('ecr', {
    'proxy-login': [
      "The proxy http://proxy:3128 (input 'http-proxy') refused the connection to api.ecr.eu-west-1.amazonaws.com: 407 Proxy Authentication Required",
    ],
    'proxy-refused': [
      'The proxy http://proxy:3128 (variable HTTPS_PROXY) refused the connection to api.ecr.eu-west-1.amazonaws.com: 403 Filtered',
    ],
    'proxy-unreachable': [
      'The proxy http://proxy:3128 (variable http_proxy) cannot be reached: connect ECONNREFUSED 10.0.0.1:3128\nECONNREFUSED',
    ],
  }),
  ...rows('credentials', {
    'proxy-login': [
      'The proxy http://proxy:3128 (variable HTTPS_PROXY) refused the connection to sts.eu-west-1.amazonaws.com: 407 Login',
    ],
    'container-metadata-hostname': ['169.254.170.23 is not a valid container metadata service hostname'],
    'no-credentials': [
      'Could not load credentials from any providers',
      'EC2 Instance Metadata Service access disabled',
      'Unable to connect to instance metadata service\nECONNREFUSED',
      'EC2 Metadata token request returned error',
    ],
    'irsa-denied': ['AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity'],
    'irsa-token': [
      'InvalidIdentityToken: No OpenIDConnect provider found in your account for https://oidc.eks…',
      'ExpiredTokenException: Token expired: current date/time must be before the expiration date/time',
      'IDPCommunicationError: could not be reached',
    ],
    'irsa-token-file': ["ENOENT: no such file or directory, open '/var/run/secrets/eks.amazonaws.com/token'"],
    'assume-role-denied': [
      `AccessDenied: User: ${PRINCIPAL} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::210987654321:role/push`,
    ],
    'credentials-timeout': ['no answer within 60 s'],
    'sts-unreachable': [
      'getaddrinfo ENOTFOUND sts.eu-west-1.amazonaws.com',
      'connect ECONNREFUSED 10.0.0.1:443',
      'TimeoutError: too long',
    ],
    'keys-expired': ['ExpiredToken: The security token included in the request is expired'],
    'keys-invalid': ['InvalidClientTokenId: The security token included in the request is invalid.'],
    'clock-skew': ['SignatureDoesNotMatch: Signature expired: 20260101T000000Z is now earlier than …'],
    'profile-unresolved': ['Could not resolve credentials using profile: [ci]\nsource: profile'],
  }),
  ...rows('ecr', {
    'clock-skew': [
      'InvalidSignatureException: Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z',
      'InvalidSignatureException: Signature not yet current: 20260101T001000Z is still later than …',
    ],
    'keys-expired': ['ExpiredTokenException: The security token included in the request is expired'],
    'keys-invalid': [
      'UnrecognizedClientException: The security token included in the request is invalid.',
      'InvalidSignatureException: The request signature we calculated does not match …',
    ],
    'ecr-vpc-endpoint-policy': [
      `AccessDeniedException: User: ${PRINCIPAL} is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no VPC endpoint policy allows the ecr:GetAuthorizationToken action`,
    ],
    'ecr-explicit-deny': [
      `AccessDeniedException: User: ${PRINCIPAL} is not authorized to perform: ecr:GetAuthorizationToken on resource: * with an explicit deny in a service control policy`,
      `AccessDeniedException: User: ${PRINCIPAL} is not authorized to perform: ecr-public:GetAuthorizationToken on resource: * because no permissions boundary allows it`,
    ],
    'ecr-public-denied': [
      `AccessDeniedException: User: ${PRINCIPAL} is not authorized to perform: ecr-public:GetAuthorizationToken on resource: * because no identity-based policy allows it`,
      `AccessDeniedException: User: ${PRINCIPAL} is not authorized to perform: sts:GetServiceBearerToken on resource: * because no identity-based policy allows it`,
    ],
    'ecr-denied': [
      `AccessDeniedException: User: ${PRINCIPAL} is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action`,
    ],
    'ecr-throttled': ['ThrottlingException: Rate exceeded'],
    'ecr-name-lookup': [
      'getaddrinfo ENOTFOUND api.ecr.eu-west-9.amazonaws.com',
      'getaddrinfo EAI_AGAIN api.ecr.eu-west-1.amazonaws.com',
    ],
    'tls-untrusted': [
      'self-signed certificate in certificate chain',
      'unable to verify the first certificate',
      'certificate has expired',
    ],
    'ecr-unreachable': [
      'connect ECONNREFUSED 10.0.0.1:443',
      'connect ENETUNREACH 10.0.0.1:443',
      'connect ETIMEDOUT 10.0.0.1:443',
      'read ECONNRESET',
      'TimeoutError: no connection',
    ],
    'ecr-unavailable': ['ServerException: Internal', 'HTTP 503, without a message'],
    'aws-unexpected-answer': ['the answer is longer than 1 MB', 'the answer is not valid JSON'],
  }),
  ...rows('container-client', {
    'client-socket-denied': [
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
      'dial unix /var/run/docker.sock: connect: permission denied',
    ],
    'client-engine-down': ['Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?'],
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
    'registry-bad-request': ['login attempt to https://host/v2/ failed with status: 400 Bad Request'],
    'registry-forbidden': ['login attempt to https://host/v2/ failed with status: 403 Forbidden'],
    'registry-unauthorized': [
      'login attempt to https://host/v2/ failed with status: 401 Unauthorized',
      'Error response from daemon: Get "https://host/v2/": unauthorized: incorrect username or password',
    ],
    'registry-untrusted': [
      'Get "https://host/v2/": tls: failed to verify certificate: x509: signed by unknown authority',
    ],
    'registry-unreachable': [
      'Get "https://host/v2/": dial tcp: lookup host: no such host',
      'Get "https://host/v2/": dial tcp 10.0.0.1:443: connect: connection refused',
      'Get "https://host/v2/": dial tcp 10.0.0.1:443: i/o timeout',
      'Get "https://host/v2/": net/http: TLS handshake timeout',
      'Get "https://host/v2/": EOF',
      'no end after 45 s, so it was stopped',
    ],
  }),
];

/** Entries that the code which fails names itself. */
export const NAMED_BY_CODE = [
  'account-not-allowed',
  'account-unknown',
  'client-missing',
  'container-uri-not-set',
  'file-not-regular',
  'node-identity',
  'profile-missing',
  'region-missing',
];
