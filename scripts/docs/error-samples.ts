/**
 * For each entry of src/errors/known-errors/, words with which the failure shows itself, as the agent, AWS, the AWS SDK
 * or the container client says them. docs/troubleshooting.md prints them, so that a search for an error finds its place.
 * A test explains each and looks whether that entry applies.
 */
export const ERROR_SAMPLES: Readonly<Record<string, { readonly words: string; readonly signs?: string }>> = {
  'container-uri-not-set': { words: 'AWS_CONTAINER_CREDENTIALS_FULL_URI is not set' },
  'container-uri-malformed': { words: 'Invalid URL' },
  'container-uri-not-allowed': {
    words: 'URL not accepted. It must either be HTTPS or match one of the following: …',
  },
  'token-file-missing': {
    words:
      "ENOENT: no such file or directory, open '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token'",
  },
  'token-file-unreadable': {
    words:
      "EACCES: permission denied, open '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token'",
  },
  'token-file-malformed': { words: 'Invalid character in header content ["Authorization"]' },
  'token-empty': { words: 'The agent answered 400: Service account token cannot be empty' },
  'token-expired': {
    words: 'The agent answered 400: [request-id]: (ExpiredTokenException): token is expired, fault: client',
  },
  'token-audience': {
    words: 'The agent answered 400: [request-id]: (InvalidTokenException): invalid audience, fault: client',
    signs: 'claims: other audience',
  },
  'token-invalid': {
    words: 'The agent answered 400: Service account token cannot be parsed: token is malformed',
  },
  'no-association': {
    words:
      'The agent answered 404: [request-id]: (ResourceNotFoundException): No associations found for service account, fault: client',
  },
  'role-trust-policy': {
    words:
      'The agent answered 403: [request-id]: (AccessDeniedException): EKS does not have permissions to assume the associated role, fault: client',
  },
  'eks-auth-denied': {
    words:
      'The agent answered 403: [request-id]: (AccessDeniedException): User is not authorized to perform: eks-auth:AssumeRoleForPodIdentity, fault: client',
  },
  'agent-invalid-address': {
    words:
      'The agent answered 403: Access Denied. Called agent through invalid address, please use either [169.254.170.23 fd00:ec2::23] address not …',
  },
  'eks-auth-unreachable': { words: 'The agent answered 500: []' },
  'agent-throttled': { words: 'The agent answered 429: Too Many Requests' },
  'eks-auth-unavailable': {
    words: 'The agent answered 503: [request-id]: (ServiceUnavailableException): …, fault: server',
  },
  'agent-unreachable': { words: 'connect ECONNREFUSED 169.254.170.23:80' },
  'agent-timeout': { words: 'no answer within 5 s' },
  'agent-connection-cut': { words: 'socket hang up' },
  'agent-unexpected-answer': { words: 'the answer is not of the required format' },
  'node-identity': { words: 'The role of the node signs' },
  'proxy-login': {
    words:
      "The proxy http://proxy.example.com:3128 (input 'http-proxy') refused the connection to sts.eu-west-1.amazonaws.com: 407 Proxy Authentication Required",
  },
  'proxy-refused': {
    words:
      'The proxy http://proxy.example.com:3128 (variable HTTPS_PROXY) refused the connection to sts.eu-west-1.amazonaws.com: 403 Filtered',
  },
  'proxy-unreachable': {
    words:
      'The proxy http://proxy.example.com:3128 (variable https_proxy) cannot be reached: connect ECONNREFUSED 10.0.0.1:3128',
  },
  'profile-missing': { words: 'The profile of AWS_PROFILE is not there' },
  'file-not-regular': { words: 'AWS_CONFIG_FILE names /tmp/config, which is no regular file' },
  'container-metadata-hostname': {
    words: '169.254.170.23 is not a valid container metadata service hostname',
  },
  'no-credentials': { words: 'Could not load credentials from any providers' },
  'irsa-denied': { words: 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity' },
  'irsa-token': {
    words: 'InvalidIdentityToken: No OpenIDConnect provider found in your account for https://oidc.eks.…',
  },
  'irsa-token-file': {
    words:
      "ENOENT: no such file or directory, open '/var/run/secrets/eks.amazonaws.com/serviceaccount/token'",
  },
  'assume-role-denied': {
    words:
      'AccessDenied: User: arn:aws:sts::111122223333:assumed-role/runner/session is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/ecr-push',
  },
  'credentials-timeout': { words: 'no answer within 180 s' },
  'account-not-allowed': { words: 'Account 111122223333 signs, and allowed-account-ids is 444455556666' },
  'account-unknown': { words: 'The account that signs is not known' },
  'region-missing': { words: 'Region is missing' },
  'clock-skew': {
    words:
      'InvalidSignatureException: Signature expired: 20261231T120000Z is now earlier than 20261231T121500Z',
  },
  'keys-expired': {
    words: 'ExpiredTokenException: The security token included in the request is expired',
  },
  'keys-invalid': {
    words: 'UnrecognizedClientException: The security token included in the request is invalid.',
  },
  'ecr-vpc-endpoint-policy': {
    words:
      'AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/runner/session is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no VPC endpoint policy allows the ecr:GetAuthorizationToken action',
  },
  'ecr-explicit-deny': {
    words:
      'AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/runner/session is not authorized to perform: ecr:GetAuthorizationToken on resource: * with an explicit deny in a service control policy',
  },
  'ecr-public-denied': {
    words:
      'AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/runner/session is not authorized to perform: sts:GetServiceBearerToken',
  },
  'ecr-denied': {
    words:
      'AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/runner/session is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action',
  },
  'ecr-throttled': { words: 'ThrottlingException: Rate exceeded' },
  'ecr-name-lookup': { words: 'getaddrinfo ENOTFOUND api.ecr.eu-wset-1.amazonaws.com' },
  'tls-untrusted': { words: 'self-signed certificate in certificate chain' },
  'ecr-unreachable': { words: 'connect ETIMEDOUT 10.0.0.1:443' },
  'ecr-unavailable': { words: 'ServerException: …' },
  'aws-unexpected-answer': { words: 'the answer is not valid JSON (or: the answer is longer than 1 MB)' },
  'client-missing': { words: 'docker is not on the PATH' },
  'client-socket-denied': {
    words: 'permission denied while trying to connect to the docker API at unix:///var/run/docker.sock',
  },
  'client-engine-down': {
    words:
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
  },
  'auth-file-without-place': {
    words:
      'get credentials: reading JSON file "/run/containers/1000/auth.json": open /run/containers/1000/auth.json: permission denied',
  },
  'credential-store-not-implemented': {
    words: 'Error saving credentials: error storing credentials - err: exit status 1, out: `not implemented`',
  },
  'credential-store-windows': {
    words:
      'Error saving credentials: error storing credentials - err: exit status 1, out: `The stub received bad data.`',
  },
  'credential-store-keychain': {
    words:
      'Error saving credentials: error storing credentials - err: exit status 1, out: `The specified item already exists in the keychain.`',
  },
  'credential-helper-missing': {
    words:
      'error getting credentials - err: exec: "docker-credential-desktop": executable file not found in $PATH',
  },
  'credential-store-failed': {
    words: 'Error saving credentials: error storing credentials - err: exit status 1',
  },
  'registry-bad-request': { words: 'login attempt to https://…/v2/ failed with status: 400 Bad Request' },
  'registry-forbidden': { words: 'login attempt to https://…/v2/ failed with status: 403 Forbidden' },
  'registry-unauthorized': { words: 'login attempt to https://…/v2/ failed with status: 401 Unauthorized' },
  'registry-untrusted': {
    words: 'tls: failed to verify certificate: x509: certificate signed by unknown authority',
  },
  'registry-unreachable': {
    words: 'dial tcp: lookup 111122223333.dkr.ecr.eu-west-1.amazonaws.com: no such host',
  },
  'sts-unreachable': { words: 'getaddrinfo ENOTFOUND sts.eu-west-1.amazonaws.com' },
  'profile-unresolved': {
    words: 'Could not resolve credentials using profile: [build]',
    signs: 'source: profile',
  },
};
