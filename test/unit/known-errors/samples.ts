const REQUEST = '[9b1f3c3e-9a52-4d3c-8f0e-2f1f3a6b7c11]:';
const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const NOTHING = 'Could not load credentials from any providers';
const DENIED =
  'AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/pod-role/eks-runners-arc-7f1c is not authorized to perform:';

/**
 * The messages by which the known errors show themselves, word for word, since users search for them. Each entry has an ID,
 * the heading in docs/troubleshooting.md unless it shares that of another one with the same remedy, and a message a line.
 * The page leaves out a message with `~`.
 */
const TEXT = `
# no-association: No EKS Pod Identity association
responded with HTTP 404: ${REQUEST} (ResourceNotFoundException): The token included in the request has no service account role association for it., fault: client
# role-trust-policy: EKS cannot assume the role of the association
responded with HTTP 400: ${REQUEST} (AccessDeniedException): Unauthorized Exception! EKS does not have permissions to assume the associated role., fault: client
# eks-auth-denied: The node is not allowed to call EKS Auth
responded with HTTP 400: ${REQUEST} (AccessDeniedException): User: arn:aws:sts::111122223333:assumed-role/node-role/i-0123456789abcdef0 is not authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource: arn:aws:eks:eu-west-1:111122223333:cluster/my-cluster because no identity-based policy allows the eks-auth:AssumeRoleForPodIdentity action, fault: client
# node-credentials: The node has no valid credentials
responded with HTTP 500: error getting credentials to cache: unable to fetch credentials from EKS Auth: operation error EKS Auth: AssumeRoleForPodIdentity, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, http response error StatusCode: 404, request to EC2 IMDS failed
responded with HTTP 403: ${REQUEST} (ExpiredTokenException): The security token included in the request is expired, fault: client
responded with HTTP 403: ${REQUEST} (UnrecognizedClientException): The security token included in the request is invalid., fault: unknown
# token-expired: The service account token has expired
responded with HTTP 400: Service account token failed basic claim validations: token is expired
responded with HTTP 400: ${REQUEST} (ExpiredTokenException): The token included in the request is expired: current date/time 1798761600 must be before the expiration date/time 1798758000, fault: client
responded with HTTP 500: fetched credentials are expired or will expire within the next 9.09 seconds
~ responded with HTTP 400: Service account token failed basic claim validations: token is not valid yet
# token-claims-expired
~ responded with HTTP 400: ${REQUEST} (InvalidTokenException): x, fault: client
# token-invalid: Not the token that EKS mounts
responded with HTTP 400: Service account token cannot be empty
responded with HTTP 400: Service account token cannot be parsed: token is malformed: token contains an invalid number of segments
responded with HTTP 400: failed to get pod uid from service account token: Service account token missing pod claims
~ responded with HTTP 400: failed to get pod uid from service account token: Service account token missing kubernetes.io claims
responded with HTTP 400: ${REQUEST} (InvalidTokenException): The audience in identity token is invalid., fault: client
Invalid character in header content ["authorization"]
~ Authorization token contains invalid \\r\\n sequence.
# token-other-audience
~ responded with HTTP 400: x
# container-job: A job with 'container:' has no credentials
AWS_CONTAINER_CREDENTIALS_FULL_URI is not set.
Using the IAM role of the machine, which is probably not intended.
No AWS region: input 'aws-region', AWS_REGION, AWS_DEFAULT_REGION and the region of profile 'default' are not set.
# container-job-chain
${NOTHING}
# container-job-token
ENOENT: no such file or directory, open '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token'
# token-file: The token file is missing or cannot be read
ENOENT: no such file or directory, open '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token'
EACCES: permission denied, open '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token'
~ EISDIR: illegal operation on a directory, read
# eks-auth-unreachable: The agent gets no answer from EKS Auth
responded with HTTP 500: []
responded with HTTP 400: []: (UnknownError): UnknownError, fault: unknown
~ responded with HTTP 403: []
~ responded with HTTP 504: []
# agent-throttled: EKS Auth or the agent throttles the requests
responded with HTTP 429: ${REQUEST} (ThrottlingException): Rate exceeded, fault: client
responded with HTTP 429: Too Many Requests
responded with HTTP 500: error getting credentials to cache: unable to fetch credentials from EKS Auth: operation error EKS Auth: AssumeRoleForPodIdentity, failed to get rate limit token, retry quota exceeded, 0 available, 5 requested
~ responded with HTTP 400: ${REQUEST} (ThrottlingException): Rate exceeded, fault: client
# agent-status-429
~ responded with HTTP 429 without a message
# agent-region-missing: The agent has no region
responded with HTTP 500: error getting credentials to cache: unable to fetch credentials from EKS Auth: operation error EKS Auth: AssumeRoleForPodIdentity, resolve auth scheme: resolve endpoint: endpoint rule error, Invalid Configuration: Missing Region
# container-uri-wrong: The URI of the agent is wrong
Invalid URL
URL not accepted. It must either be HTTPS or match one of the following:
responded with HTTP 404: 404 page not found
responded with HTTP 403: Access Denied. Called agent through invalid address, please use either [169.254.170.23 fd00:ec2::23] address not localhost
~ the response is not valid JSON
# container-uri-other
~ responded with HTTP 302 without a message
~ connect ECONNREFUSED 10.0.0.1:80
# agent-unreachable: The agent does not answer
connect ECONNREFUSED 169.254.170.23:80
connect EACCES 169.254.170.23:80
no response within 12 s
~ connect EHOSTUNREACH fd00:ec2::23:80
~ socket hang up
# metadata-hostname: Not a valid container metadata service hostname
169.254.170.23 is not a valid container metadata service hostname
# no-pod-identity: The pod does not have the variables of EKS Pod Identity
AWS_CONTAINER_CREDENTIALS_FULL_URI is not set.
Using the IAM role of the node, which is probably not intended.
# pod-without-identity
${NOTHING}
# github-hosted-no-credentials: A GitHub-hosted runner without credentials
${NOTHING}
# no-credentials: No credentials found
${NOTHING}
Unable to connect to instance metadata service
# irsa-refused: AWS STS does not accept the web identity (IRSA)
AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity
InvalidIdentityToken: No OpenIDConnect provider found in your account for https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF
InvalidIdentityToken: Incorrect token audience
~ InvalidIdentityToken: OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint
# irsa-token: The web identity token is missing or invalid (IRSA)
ExpiredTokenException: Token expired: current date/time 1798761600 must be before the expiration date/time 1798758000
InvalidIdentityToken: The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)
ENOENT: no such file or directory, open '/var/run/secrets/eks.amazonaws.com/serviceaccount/token'
# sts-unreachable: AWS STS is unreachable
getaddrinfo ENOTFOUND sts.eu-west-1.amazonaws.com
connect ECONNREFUSED 10.0.0.1:443
# profile-failed: The profile has no credentials
Could not resolve credentials using profile: [build] in configuration/credentials file(s).
credential_process failed; its output is not shown
# explicit-deny: A policy explicitly denies the call
${DENIED} ecr:GetAuthorizationToken on resource: * with an explicit deny in a service control policy
${DENIED} sts:AssumeRole on resource: arn:aws:iam::444455556666:role/ecr-push with an explicit deny in the role trust policy
# not-allowed-by-limit: A policy that limits permissions does not allow the call
${DENIED} ecr:GetAuthorizationToken on resource: * because no service control policy allows the ecr:GetAuthorizationToken action
${DENIED} ecr:GetAuthorizationToken on resource: * because no permissions boundary allows the ecr:GetAuthorizationToken action
${DENIED} ecr:GetAuthorizationToken on resource: * because no VPC endpoint policy allows the ecr:GetAuthorizationToken action
~ ${DENIED} ecr:GetAuthorizationToken on resource: * because no resource control policy allows the ecr:GetAuthorizationToken action
~ ${DENIED} ecr:GetAuthorizationToken on resource: * because no sessions policy allows the ecr:GetAuthorizationToken action
# ecr-permission-missing: The role is not allowed to get a token from Amazon ECR
${DENIED} ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action
${DENIED} sts:GetServiceBearerToken on resource: * because no identity-based policy allows the sts:GetServiceBearerToken action
~ ${DENIED} ecr-public:GetAuthorizationToken on resource: *
# role-not-assumable: The role cannot be assumed
${DENIED} sts:AssumeRole on resource: arn:aws:iam::444455556666:role/ecr-push
${DENIED} sts:TagSession on resource: arn:aws:iam::444455556666:role/ecr-push
~ User: arn:aws:sts::123456789012:assumed-role/pod-role/eks-runners-arc-7f1c is not authorized to perform: sts:AssumeRole because no role trust policy allows the sts:AssumeRole action
# account-not-allowed: The account is not allowed
The caller account is 111122223333; allowed-account-ids allows 444455556666.
# region-missing: No region
No AWS region: input 'aws-region', AWS_REGION, AWS_DEFAULT_REGION and the region of profile 'default' are not set.
# clock: The clock is wrong
InvalidSignatureException: Signature expired: 20261231T120000Z is now earlier than 20261231T121500Z (20261231T122000Z - 5 min.)
~ SignatureDoesNotMatch: Signature not yet current: 20261231T121500Z is still later than 20261231T120500Z (20261231T120000Z + 5 min.)
# keys-invalid: The credentials have expired or are not valid
ExpiredTokenException: The security token included in the request is expired
UnrecognizedClientException: The security token included in the request is invalid.
InvalidSignatureException: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.
# ecr-throttled: Amazon ECR throttles the requests
ThrottlingException: Rate exceeded
Error response from daemon: toomanyrequests: Rate exceeded
login attempt to https://${HOST}/v2/ failed with status: 429 Too Many Requests
~ Error: authenticating creds for "${HOST}": StatusCode: 429, ""
# certificate: The certificate is not trusted
self-signed certificate in certificate chain
unable to get local issuer certificate
certificate has expired
Get "https://${HOST}/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority
~ Hostname/IP does not match certificate's altnames: Host: api.ecr.eu-west-1.amazonaws.com. is not in the cert's altnames: DNS:*.example.com
# ecr-unreachable: Amazon ECR is unreachable
getaddrinfo ENOTFOUND api.ecr.eu-wset-1.amazonaws.com
connect ETIMEDOUT 10.0.0.1:443
Get "https://${HOST}/v2/": dial tcp: lookup ${HOST}: no such host
Get "https://${HOST}/v2/": dial tcp 10.0.0.1:443: i/o timeout
~ Get "https://${HOST}/v2/": dial tcp 10.0.0.1:443: connectex: No connection could be made because the target machine actively refused it.
~ Get "https://${HOST}/v2/": EOF
~ docker could not log in to registry ${HOST}: timed out after 45 s
# proxy-url-invalid: The URL or the password of the proxy is wrong
Invalid proxy URL in input 'http-proxy': invalid host or port.
# proxy-login
The proxy http://proxy.example.com:3128 (variable HTTPS_PROXY) refused the connection to sts.eu-west-1.amazonaws.com: 407 Proxy Authentication Required
Get "https://${HOST}/v2/": Proxy Authentication Required
# proxy-failed: The proxy does not answer or refuses the connection
The proxy http://proxy.example.com:3128 (variable HTTPS_PROXY) refused the connection to sts.eu-west-1.amazonaws.com: 403 Filtered
The proxy http://proxy.example.com:3128 (variable HTTPS_PROXY) cannot be reached: connect ECONNREFUSED 10.0.0.1:3128
Get "https://${HOST}/v2/": proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused
Get "https://${HOST}/v2/": Forbidden
The proxy http://proxy.example.com:3128 (variable HTTPS_PROXY) did not answer with HTTP
~ The proxy http://proxy.example.com:3128 (variable HTTPS_PROXY) cannot be reached: self-signed certificate in certificate chain
~ Error: authenticating creds for "${HOST}": pinging container registry ${HOST}: Get "https://${HOST}/v2/": Bad Gateway
# client-missing: The client is not installed
Input 'container-cli': podman not found on PATH.
No container client found on PATH. Looked for docker, podman, buildah, skopeo, nerdctl, finch, oras, helm.
# client-missing-in-job: The client is not in the image of the job
Input 'container-cli': podman not found on PATH.
No container client found on PATH. Looked for docker, podman, buildah, skopeo, nerdctl, finch, oras, helm.
# user-namespace: podman or buildah cannot create a user namespace
cannot set up namespace using "/usr/bin/newuidmap": exit status 1
error determining current user: user: unknown userid 1001
# docker-daemon-unreachable: docker cannot reach the Docker daemon
Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?
permission denied while trying to connect to the docker API at unix:///var/run/docker.sock
error during connect: Post "http://docker:2375/v1.24/auth": dial tcp: lookup docker on 10.100.0.10:53: no such host
~ Failed to initialize: unable to resolve docker endpoint: open /certs/client/ca.pem: no such file or directory
# ecr-login-helper: The credential helper ecr-login stores no logins
Error saving credentials: error storing credentials - err: exit status 1, out: \`not implemented\`
# credential-store-failed: The credential store fails
error getting credentials - err: exec: "docker-credential-desktop": executable file not found in $PATH, out: \`\`
Error saving credentials: error storing credentials - err: exit status 1, out: \`The stub received bad data.\`
Error saving credentials: error storing credentials - err: exit status 1, out: \`User interaction is not allowed. (-25308)\`
Error saving credentials: error storing credentials - err: exit status 1, out: \`pass store is uninitialized\`
~ Error: failed to store the credentials for ${HOST}: User interaction is not allowed.
# auth-file-invalid: The auth file is not valid
reading JSON file "/run/user/1001/containers/auth.json": unmarshaling JSON at "/run/user/1001/containers/auth.json": invalid character '}' looking for beginning of object key string
/home/runner/.docker/config.json could not be changed: it is not valid JSON
Error saving credentials: mkdir /home/runner/.docker/config.json: not a directory
~ Error saving credentials: rename /root/.docker/config.json985937260 /root/.docker/config.json: file exists
# auth-file-not-writable: The auth file cannot be written
Error saving credentials: mkdir /.docker: permission denied
Error saving credentials: open /etc/docker-config/config.json591638115: read-only file system
Error saving credentials: rename /root/.docker/config.json2889712038 /root/.docker/config.json: device or resource busy
~ stat /.config: no such file or directory
~ Error: "/run/user/1001" directory set by $XDG_RUNTIME_DIR does not exist. Either create the directory or unset $XDG_RUNTIME_DIR.
~ /etc/docker-config/config.json could not be changed: EROFS: read-only file system, open '/etc/docker-config/config.json.5f1c'
~ path "/home/runner/.config" exists and it is not owned by the current user
# registry-bad-request: The registry answers 400
login attempt to https://${HOST}/v2/ failed with status: 400 Bad Request
Error: authenticating creds for "${HOST}": StatusCode: 400, ""
~ GET "https://${HOST}/v2/": response status code 400: Bad Request
# registry-denied: The registry answers 401 or 403
login attempt to https://${HOST}/v2/ failed with status: 403 Forbidden
login attempt to https://${HOST}/v2/ failed with status: 401 Unauthorized
Error: logging into "${HOST}": invalid username/password
denied: Your authorization token has expired. Reauthenticate and try again.
~ Error: authenticating creds for "${HOST}": StatusCode: 403, ""
~ Error response from daemon: Get https://public.ecr.aws/v2/: denied: Not Authorized
`;

type Samples = {
  readonly title?: string;
  readonly messages: readonly string[];
  readonly variants: readonly string[];
};

/** By the ID of the known error. */
export const SAMPLES: Readonly<Record<string, Samples>> = Object.fromEntries(
  TEXT.split('\n# ').slice(1).map(readEntry),
);

function readEntry(entry: string): [id: string, samples: Samples] {
  const [head = '', ...lines] = entry.trim().split('\n');
  const [id = '', title] = head.split(': ');
  const variants = lines.filter((text) => text.startsWith('~ ')).map((text) => text.slice(2));
  const messages = lines.filter((text) => !text.startsWith('~ '));
  return [id, { ...(title !== undefined && { title }), messages, variants }];
}
