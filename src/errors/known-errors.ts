import type { Area, FactName } from './failure.ts';

/**
 * What is known of failures, as data: how one is recognised, what it most likely means here, and what to do.
 *
 * The first entry of the right area whose pattern is found in the error's words applies, so those that say more stand
 * before those that say less. `{name}` stands for a fact of the failure at hand: what the pattern's named group found,
 * or what the code that failed knows. A fact that nobody knows becomes a placeholder to fill in (see FACTS).
 *
 * An error that no entry knows is shown whole, as it is.
 */
export type KnownError = {
  /** Name of the entry; docs/troubleshooting.md has a section for each. */
  readonly id: string;
  readonly areas: readonly Area[];
  /** Found in the words of the error. None: the code that fails names the entry itself. */
  readonly pattern?: RegExp;
  readonly means: string;
  readonly remedy: string;
};

/** The facts that an entry can name, and what stands for one that is not known. */
export const FACTS: Readonly<Record<FactName, string>> = {
  accountId: '<account-id>',
  action: '<action>',
  allowed: '<account-ids>',
  audiences: '<audience>',
  cluster: '<cluster>',
  expiredAt: '<time>',
  host: '<host>',
  namespace: '<namespace>',
  principal: '<principal>',
  profile: '<profile>',
  region: '<region>',
  registry: '<registry>',
  service: 'the service',
  role: '<role>',
  serviceAccount: '<service-account>',
  tokenFile: '<path>',
  tool: 'the container client',
  uri: '<uri>',
  variable: '<variable>',
};

const ASSOCIATE =
  'aws eks create-pod-identity-association --cluster-name {cluster} --region {region} --namespace {namespace} --service-account {serviceAccount} --role-arn arn:aws:iam::{accountId}:role/{role}';
const AGENT_STATUS = 'kubectl -n kube-system get daemonset eks-pod-identity-agent';
const AGENT_LOG = 'kubectl -n kube-system logs daemonset/eks-pod-identity-agent';

const OWN_DOCKER_CONFIG = 'with:\n  isolate-docker-config: true';

const POD_IDENTITY: readonly KnownError[] = [
  {
    id: 'container-uri-not-set',
    areas: ['pod-identity'],
    means:
      "The input credential-source is 'container', but the variable that leads to the pod's identity is not there: the pod was created before its association, the step runs in a container that did not get the runner's environment, or a workflow blanks the variable.",
    remedy: `Create the association, then recreate the runner pod:\n${ASSOCIATE}\nOr let the action choose: credential-source: auto`,
  },
  {
    id: 'container-uri-malformed',
    areas: ['pod-identity'],
    pattern: /Invalid URL/,
    means: '{variable} holds no URL. EKS sets it by itself; somebody has changed it by hand.',
    remedy:
      'Do not set {variable} in the pod or the workflow. EKS sets http://169.254.170.23/v1/credentials, on IPv6 clusters http://[fd00:ec2::23]/v1/credentials.',
  },
  {
    id: 'container-uri-not-allowed',
    areas: ['pod-identity'],
    pattern: /URL not accepted/,
    means:
      '{variable} names an address that credentials may not come from: https, loopback, 169.254.170.2, 169.254.170.23 and [fd00:ec2::23] are allowed.',
    remedy:
      'Do not set {variable} in the pod or the workflow. EKS sets http://169.254.170.23/v1/credentials, on IPv6 clusters http://[fd00:ec2::23]/v1/credentials.',
  },
  {
    id: 'token-file-missing',
    areas: ['pod-identity'],
    pattern: /ENOENT|ENOTDIR/,
    means:
      "The service account token is not at {tokenFile} (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE). A 'container:' job, or a container of docker-in-docker, gets the runner's variables but not its mounts.",
    remedy:
      "Run this step outside of the job's container, or mount the token into it:\ncontainer:\n  volumes:\n    - /var/run/secrets/pods.eks.amazonaws.com:/var/run/secrets/pods.eks.amazonaws.com:ro",
  },
  {
    id: 'token-file-unreadable',
    areas: ['pod-identity'],
    pattern: /EACCES|EPERM|EISDIR/,
    means:
      'The service account token at {tokenFile} (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) is there, but this process may not read it: it runs under another user than the one that the token was mounted for.',
    remedy:
      'Let the group of the runner read the token, in the pod template:\nsecurityContext:\n  fsGroup: 1001',
  },
  {
    id: 'token-file-malformed',
    areas: ['pod-identity'],
    pattern: /Invalid character in header content|invalid \\r\\n sequence/,
    means:
      'The file at {tokenFile} (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) holds no token: it has line breaks or other characters that no token has.',
    remedy:
      'Do not write this file by hand; EKS mounts /var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token.',
  },
  {
    id: 'token-empty',
    areas: ['pod-identity'],
    pattern: /Service account token cannot be empty/,
    means:
      'No service account token went to the agent: AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE is not set, or the file is empty.',
    remedy:
      'Pass the variable that EKS sets:\nenv:\n  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: /var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token',
  },
  {
    id: 'token-expired',
    areas: ['pod-identity'],
    pattern: /ExpiredTokenException|token is expired|^claims: expired/m,
    means:
      'The service account token at {tokenFile} has expired (it held until {expiredAt}). Kubernetes renews the file of a running pod; a copy of it is not renewed.',
    remedy:
      'Point AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE at the mounted file, not at a copy. If it is the mounted file, look at the clock and the kubelet of the node:\nkubectl get events -n {namespace}',
  },
  {
    id: 'token-audience',
    areas: ['pod-identity'],
    pattern: /^claims: other audience/m,
    means:
      "The token at {tokenFile} is for the audience {audiences}. EKS Pod Identity takes only tokens for pods.eks.amazonaws.com; this may be the pod's token for Kubernetes itself, or an IRSA token.",
    remedy:
      'Pass the variable that EKS sets:\nenv:\n  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: /var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token',
  },
  {
    id: 'token-invalid',
    areas: ['pod-identity'],
    pattern: /InvalidTokenException|cannot be parsed|failed basic claim validations/,
    means:
      'EKS does not take the token at {tokenFile}: it is not a service account token of this cluster, or not valid yet because the clock of the node is wrong.',
    remedy:
      'Use the file that EKS mounts, /var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token, and compare the clock of the node:\ndate -u',
  },
  {
    id: 'no-association',
    areas: ['pod-identity'],
    pattern: /ResourceNotFoundException/,
    means:
      'No EKS Pod Identity association exists for service account {serviceAccount} in namespace {namespace}: it was never made for this pair, or it was deleted after the pod started.',
    remedy: `Create it, and run the job again:\n${ASSOCIATE}`,
  },
  {
    id: 'role-trust-policy',
    areas: ['pod-identity'],
    pattern: /AccessDeniedException.*permissions? to assume the associated role/,
    means:
      'EKS may not assume the role of the association: its trust policy does not let pods.eks.amazonaws.com in.',
    remedy:
      'Add to the trust policy of the role:\n{ "Effect": "Allow", "Principal": { "Service": "pods.eks.amazonaws.com" }, "Action": ["sts:AssumeRole", "sts:TagSession"] }',
  },
  {
    id: 'eks-auth-denied',
    areas: ['pod-identity'],
    pattern: /AccessDeniedException/,
    means:
      'The agent signs its call to EKS Auth as the node, and the role of the node lacks eks-auth:AssumeRoleForPodIdentity.',
    remedy:
      'Attach the policy AmazonEKSWorkerNodePolicy to the role of the node, or add:\n{ "Effect": "Allow", "Action": "eks-auth:AssumeRoleForPodIdentity", "Resource": "*" }',
  },
  {
    id: 'agent-invalid-address',
    areas: ['pod-identity'],
    pattern: /Called agent through invalid address/,
    means:
      'The request reached the agent under another name than its own: a proxy or a port forward on the way has rewritten the Host header, or {variable} was changed by hand.',
    remedy:
      'Do not set {variable} by hand, and keep the agent off proxies and service meshes:\nenv:\n  NO_PROXY: 169.254.170.23,[fd00:ec2::23]',
  },
  {
    id: 'eks-auth-unreachable',
    areas: ['pod-identity'],
    pattern: /answered 500: \[\]$/m,
    means:
      'The agent runs, but it cannot reach the EKS Auth API from its node. Nodes in private subnets need a VPC endpoint for it.',
    remedy:
      'Create the endpoint:\naws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id <vpc-id> --subnet-ids <subnet-ids> --region {region} --service-name com.amazonaws.{region}.eks-auth',
  },
  {
    id: 'agent-throttled',
    areas: ['pod-identity'],
    pattern: /answered 429|Too Many Requests|ThrottlingException/,
    means:
      'Too many requests for credentials at once: an agent takes 1,000 a second for each node, and EKS Auth has a quota for each cluster.',
    remedy:
      'Run the job again. If it stays, spread the start of the runners, or raise the quota of EKS Auth.',
  },
  {
    id: 'eks-auth-unavailable',
    areas: ['pod-identity'],
    pattern: /ServiceUnavailableException|InternalServerException|answered 5\d\d/,
    means: 'The agent or the EKS Auth API behind it had a failure of its own.',
    remedy: `Run the job again. If it stays, look at the agent and at https://health.aws.amazon.com:\n${AGENT_LOG}`,
  },
  {
    id: 'agent-unreachable',
    areas: ['pod-identity'],
    pattern: /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|AggregateError/,
    means:
      'Nothing answers at the address of the EKS Pod Identity agent, {uri}. The agent add-on may not run on this node, or the step runs in a container that has no route to it.',
    remedy: `Look whether the agent runs on every node that has runners (on EKS Auto Mode it is built in, and there is no daemon set):\n${AGENT_STATUS}\nInstall it:\naws eks create-addon --cluster-name {cluster} --region {region} --addon-name eks-pod-identity-agent\nIn a 'container:' job or docker-in-docker, run this step on the runner itself.`,
  },
  {
    id: 'agent-connection-cut',
    areas: ['pod-identity'],
    pattern: /ECONNRESET|EPIPE|socket hang up|aborted/,
    means: 'The agent, or something between it and the step, cut the connection again and again.',
    remedy: `Look at the agent of this node:\n${AGENT_LOG}`,
  },
  {
    id: 'agent-timeout',
    areas: ['pod-identity'],
    pattern: /no answer within|ETIMEDOUT|TimeoutError/,
    means:
      'The EKS Pod Identity agent at {uri} does not answer. A network policy may drop link-local traffic (that shows as a time-out), the step may run in a container with no route to the agent, or the agent does not run on this node or hangs.',
    remedy: `Look whether the agent runs on this node (on EKS Auto Mode it is built in, and there is no daemon set):\n${AGENT_STATUS}\nLet network policies pass 169.254.170.23/32 and fd00:ec2::23/128, TCP port 80. Cilium wants this:\negress:\n  - toEntities: [host]\n    toPorts:\n      - ports: [{ port: "80", protocol: TCP }]`,
  },
  {
    id: 'agent-unexpected-answer',
    areas: ['pod-identity'],
    pattern: /not of the required format|not valid JSON|RFC.?3339|answer is longer|answered [123]\d\d/i,
    means:
      'What answers at {uri} is not the EKS Pod Identity agent: the answer holds no credentials in the form that AWS defines.',
    remedy: 'See what {variable} names and what listens there:\ncurl -sS -o /dev/null -D - {uri}',
  },
];

// biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of a workflow
const PROXY_FROM_SECRET = 'http-proxy: ${{ secrets.PROXY_URL }}';

/** What a proxy does to the calls that go through it, of whatever service. */
const PROXY: readonly KnownError[] = [
  {
    id: 'proxy-login',
    areas: ['credentials', 'ecr'],
    pattern: /The proxy .* refused the connection to \S+: 407/,
    means: 'The proxy wants a user and password, or does not take those that it was given.',
    remedy: `Put user and password into the URL, before the host, special characters as %XX, and keep the URL as a secret:\nwith:\n  ${PROXY_FROM_SECRET}`,
  },
  {
    id: 'proxy-refused',
    areas: ['credentials', 'ecr'],
    pattern: /The proxy .* refused the connection to (?<host>\S+):/,
    means:
      'The proxy answers, and does not lead to {host}: its rules forbid it, or it cannot reach it either.',
    remedy:
      'Let the proxy pass {host}, or go there without it (to a VPC endpoint, say):\nenv:\n  NO_PROXY: .amazonaws.com',
  },
  {
    id: 'proxy-unreachable',
    areas: ['credentials', 'ecr'],
    pattern: /The proxy .* cannot be reached/,
    means:
      'Nothing answers at the address of the proxy: it is written with a mistake, its name is not known here, or the runner has no route to it.',
    remedy:
      'Try it from the runner, or go without it:\ncurl -sS -o /dev/null -x http://proxy.example.com:3128 https://sts.amazonaws.com\nenv:\n  NO_PROXY: .amazonaws.com',
  },
];

const CREDENTIALS: readonly KnownError[] = [
  {
    id: 'node-identity',
    areas: ['credentials'],
    means:
      'This pod has no identity of its own, so the role of its node signs, as it would for every other pod of that node. Namespace {namespace}, service account {serviceAccount}.',
    remedy: `Create an association, and then recreate the runner pod: EKS gives a pod its identity when the pod is created.\n${ASSOCIATE}`,
  },
  {
    id: 'profile-missing',
    areas: ['credentials'],
    means:
      "AWS_PROFILE names the profile '{profile}', which is in neither of the AWS configuration files of this runner. Going on without it would sign as somebody else.",
    remedy:
      "Make the profile in a step before this one (aws-profile of aws-actions/configure-aws-credentials), or take AWS_PROFILE away:\nenv:\n  AWS_PROFILE: ''",
  },
  {
    id: 'file-not-regular',
    areas: ['credentials'],
    means:
      '{tokenFile} is a pipe, a socket or a device. To read it may never end and could not be called off, so it was not tried. What Kubernetes, EKS and configure-aws-credentials write are regular files.',
    remedy: 'See what it is, and let {variable} name a regular file, or a link to one:\nls -lL {tokenFile}',
  },
  {
    id: 'container-metadata-hostname',
    areas: ['pod-identity', 'credentials'],
    pattern: /is not a valid container metadata service hostname/,
    means:
      "The container's credentials were asked for and not given; this message comes from an older provider that the SDK tries afterwards, and hides the real one. It knows nothing of EKS Pod Identity.",
    remedy:
      'Let the action ask EKS Pod Identity itself, and say why it refuses:\nwith:\n  credential-source: container',
  },
  {
    id: 'no-credentials',
    areas: ['credentials'],
    pattern: /Could not load credentials from any providers|instance metadata|EC2 Metadata/i,
    means:
      'No source gave credentials. Looked at, in this order: keys in the environment, a profile, EKS Pod Identity, and the default chain of the SDK (IRSA, profiles, SSO, process, ECS, instance metadata).',
    remedy: `Give the pod an identity with EKS Pod Identity, then recreate the runner pod:\n${ASSOCIATE}\nOr sign in before this step:\n- uses: aws-actions/configure-aws-credentials@v6\n  with:\n    role-to-assume: arn:aws:iam::{accountId}:role/{role}\n    aws-region: {region}`,
  },
  {
    id: 'irsa-denied',
    areas: ['credentials'],
    pattern: /Not authorized to perform sts:AssumeRoleWithWebIdentity/,
    means:
      'The role of AWS_ROLE_ARN does not let this web identity in: the trust policy names another OIDC provider, namespace or service account, or a claim that the token does not have.',
    remedy:
      'Compare the trust policy of the role with the token. For service account {serviceAccount} in namespace {namespace}:\n"StringEquals": { "<oidc-provider>:sub": "system:serviceaccount:{namespace}:{serviceAccount}", "<oidc-provider>:aud": "sts.amazonaws.com" }',
  },
  {
    id: 'irsa-token',
    areas: ['credentials'],
    pattern:
      /InvalidIdentityToken|OpenIDConnect provider|ExpiredTokenException.*Token expired|IDPCommunicationError/,
    means:
      'STS does not take the web identity token of AWS_WEB_IDENTITY_TOKEN_FILE: its OIDC provider is not registered in this account, cannot be reached, or the token has expired.',
    remedy:
      'Register the OIDC provider of the cluster:\neksctl utils associate-iam-oidc-provider --cluster {cluster} --region {region} --approve',
  },
  {
    id: 'irsa-token-file',
    areas: ['credentials'],
    pattern: /(?:ENOENT|EACCES)[^']*'(?<tokenFile>[^']+)'/,
    means:
      "The file {tokenFile} that the credentials need is not there or cannot be read. A 'container:' job, or a container of docker-in-docker, gets the runner's variables but not its mounts.",
    remedy:
      "Run this step outside of the job's container, or mount the token of IRSA into it:\ncontainer:\n  volumes:\n    - /var/run/secrets/eks.amazonaws.com:/var/run/secrets/eks.amazonaws.com:ro",
  },
  {
    id: 'assume-role-denied',
    areas: ['credentials'],
    pattern:
      /User: (?<principal>\S+) is not authorized to perform: sts:(?:AssumeRole|TagSession) on resource: (?<role>\S+)/,
    means:
      '{principal} may not assume {role}: its own policy does not allow it, or the trust policy of the role does not let it in.',
    remedy:
      'Add to the policy of {principal}:\n{ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "{role}" }\nand to the trust policy of {role}:\n{ "Effect": "Allow", "Principal": { "AWS": "{principal}" }, "Action": "sts:AssumeRole" }',
  },
  {
    id: 'credentials-timeout',
    areas: ['credentials'],
    pattern: /no answer within/,
    means:
      'What gives the credentials was asked and never answered: the EKS Pod Identity agent where the address of a container is set, AWS STS for a role, or the process that a profile names.',
    remedy:
      'Ask EKS Pod Identity alone, which then says what is wrong with it:\nwith:\n  credential-source: container',
  },
];

const ECR: readonly KnownError[] = [
  {
    id: 'account-not-allowed',
    areas: ['ecr'],
    means:
      'Another identity signs than the workflow means. No login was made. The log says above who signs, and why.',
    remedy:
      'Choose the identity (credential-source, or aws-actions/configure-aws-credentials before this step), or allow the account:\nwith:\n  allowed-account-ids: {accountId}',
  },
  {
    id: 'account-unknown',
    areas: ['ecr'],
    means:
      'allowed-account-ids is set, but the answer of Amazon ECR does not show the account that signs, so it cannot be checked. No login was made.',
    remedy:
      "Look at AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_ECR, or take the check away:\nwith:\n  allowed-account-ids: ''",
  },
  {
    id: 'region-missing',
    areas: ['ecr'],
    means:
      'The default registry, and registries given by account ID, are looked for in the region of the step.',
    remedy: 'Name it in this step, or give each registry by its host:\nwith:\n  aws-region: eu-west-1',
  },
  {
    id: 'clock-skew',
    areas: ['ecr', 'credentials'],
    pattern:
      /Signature expired|Signature not yet current|RequestTimeTooSkewed|RequestExpired|RequestInTheFuture/,
    means: 'The clock of this machine is off by more than five minutes, so AWS refuses what it signs.',
    remedy: 'Set the clock of the node by NTP, and compare:\ndate -u; chronyc tracking',
  },
  {
    id: 'keys-expired',
    areas: ['ecr', 'credentials'],
    pattern: /ExpiredToken/,
    means: 'The credentials that sign have expired; those of an earlier step of a long job, most likely.',
    remedy:
      'Sign in again right before this step:\n- uses: aws-actions/configure-aws-credentials@v6\n  with:\n    role-to-assume: arn:aws:iam::{accountId}:role/{role}\n    aws-region: {region}',
  },
  {
    id: 'keys-invalid',
    areas: ['ecr', 'credentials'],
    pattern:
      /UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature|AuthFailure/,
    means:
      'AWS does not know the keys that sign: they were deleted, copied with a mistake, lack their session token, or belong to another partition, or the region is not enabled in their account.',
    remedy:
      'Set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and (for temporary keys) AWS_SESSION_TOKEN together, and try them:\naws sts get-caller-identity --region {region}',
  },
  {
    id: 'ecr-vpc-endpoint-policy',
    areas: ['ecr'],
    pattern:
      /User: (?<principal>\S+) is not authorized to perform: (?<action>[\w-]+:\w+).*VPC endpoint policy/,
    means:
      'The policy of the VPC endpoint that the call went through does not let {principal} call {action}.',
    remedy:
      'Add to the policy of the endpoint com.amazonaws.{region}.ecr.api:\n{ "Effect": "Allow", "Principal": { "AWS": "{principal}" }, "Action": "{action}", "Resource": "*" }',
  },
  {
    id: 'ecr-explicit-deny',
    areas: ['ecr'],
    pattern:
      /User: (?<principal>\S+) is not authorized to perform: (?<action>[\w-]+:\w+).*(?:explicit deny|service control policy|resource control policy|permissions boundary|session policy)/,
    means:
      'A policy above the one of the role keeps {principal} from {action}: AWS names its kind in the message. Allowing it in the role is not enough.',
    remedy:
      'Ask who keeps that policy to except the action:\n{ "Effect": "Allow", "Action": "{action}", "Resource": "*" }',
  },
  {
    id: 'ecr-public-denied',
    areas: ['ecr'],
    pattern:
      /User: (?<principal>\S+) is not authorized to perform: (?<action>ecr-public:GetAuthorizationToken|sts:GetServiceBearerToken)/,
    means: 'The policy of {principal} lacks {action}. ECR Public needs two actions.',
    remedy:
      'Add to the policy of {principal}:\n{ "Effect": "Allow", "Action": ["ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"], "Resource": "*" }',
  },
  {
    id: 'ecr-denied',
    areas: ['ecr'],
    pattern: /User: (?<principal>\S+) is not authorized to perform: (?<action>ecr:\w+)/,
    means: 'The policy of {principal} lacks {action}.',
    remedy:
      'Add to the policy of {principal}:\n{ "Effect": "Allow", "Action": "{action}", "Resource": "*" }\nTo pull and push it needs the actions of AmazonEC2ContainerRegistryPowerUser as well.',
  },
  {
    id: 'ecr-throttled',
    areas: ['ecr'],
    pattern: /ThrottlingException|TooManyRequests|Rate exceeded|LimitExceeded/,
    means:
      'Too many calls of GetAuthorizationToken at once. The quota (500 a second by default, 200 for ECR Public) is shared by all of the account in one region.',
    remedy:
      'Run the job again. If it stays, spread the start of the runners, or raise the quota in Service Quotas.',
  },
  {
    id: 'ecr-name-lookup',
    areas: ['ecr'],
    pattern: /(?:ENOTFOUND|EAI_AGAIN) (?<host>[\w.-]+)|ENOTFOUND|EAI_AGAIN/,
    means:
      "The name {host} cannot be looked up: the region '{region}' does not exist or does not have this service, or the DNS of this machine does not work.",
    remedy:
      'Look at the name of the region, and try the name:\naws ec2 describe-regions --all-regions\nnslookup {host}',
  },
  {
    id: 'tls-untrusted',
    areas: ['ecr', 'credentials'],
    pattern: /self-signed certificate|unable to (?:verify|get)|certificate has expired|ERR_TLS|CERT_/,
    means:
      "This machine does not trust the certificate of the endpoint: something on the way opens TLS connections and signs with a CA of the company's own, or the clock is wrong.",
    remedy: 'Give the CA to the runner:\nenv:\n  NODE_EXTRA_CA_CERTS: /etc/ssl/certs/ca-certificates.crt',
  },
  {
    id: 'ecr-unreachable',
    areas: ['ecr'],
    pattern:
      /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|ETIMEDOUT|ECONNRESET|EPIPE|socket hang up|TimeoutError|AggregateError|no answer within/,
    means:
      'No way from here to the endpoint of {service} in {region}. A subnet without a way to the internet needs VPC endpoints; ECR Public has none, and needs a NAT gateway or a proxy.',
    remedy:
      'Create the endpoints com.amazonaws.{region}.ecr.api and com.amazonaws.{region}.ecr.dkr (interface, port 443 open to the runners) and com.amazonaws.{region}.s3 (gateway):\naws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id <vpc-id> --subnet-ids <subnet-ids> --region {region} --service-name com.amazonaws.{region}.ecr.api',
  },
  {
    id: 'ecr-unavailable',
    areas: ['ecr'],
    pattern: /ServerException|InternalFailure|ServiceUnavailable|InternalServer|HTTP 5\d\d/,
    means: 'There was a failure within {service} itself.',
    remedy: 'Run the job again. If it stays, look at https://health.aws.amazon.com.',
  },
  {
    id: 'aws-unexpected-answer',
    areas: ['ecr', 'credentials'],
    pattern: /answer is longer|answer is not valid JSON/,
    means:
      'What answers is not {service}: something on the way (a gateway, a sign-in page), or what AWS_ENDPOINT_URL or one of its kin names.',
    remedy:
      "Let the action reach AWS itself:\nenv:\n  AWS_ENDPOINT_URL: ''\n  AWS_ENDPOINT_URL_ECR: ''\n  AWS_ENDPOINT_URL_STS: ''",
  },
];

const CONTAINER_CLIENT: readonly KnownError[] = [
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
      /no such host|connection refused|no route to host|network is unreachable|i\/o timeout|TLS handshake timeout|context deadline exceeded|Client\.Timeout|connection reset|EOF|no end after/,
    means:
      'No way from here to registry {registry}. A subnet without a way to the internet needs the VPC endpoints of ECR; behind a proxy, the client has settings of its own for it.',
    remedy:
      'Create the endpoints com.amazonaws.{region}.ecr.dkr (interface) and com.amazonaws.{region}.s3 (gateway), and try:\ncurl -sS -o /dev/null -D - https://{registry}/v2/',
  },
];

/** What is left to say of credentials when nothing above knows more. */
const CREDENTIALS_OTHERWISE: readonly KnownError[] = [
  {
    id: 'sts-unreachable',
    areas: ['credentials'],
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|ETIMEDOUT|ECONNRESET|EPIPE|socket hang up|TimeoutError|AggregateError/,
    means:
      'The service that gives the credentials (AWS STS, for a role) cannot be reached from here. A subnet without a way to the internet needs a VPC endpoint for it.',
    remedy:
      'Create the endpoint:\naws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id <vpc-id> --subnet-ids <subnet-ids> --region {region} --service-name com.amazonaws.{region}.sts',
  },
  {
    id: 'profile-unresolved',
    areas: ['credentials'],
    pattern: /^source: profile$/m,
    means:
      "AWS_PROFILE chose the profile '{profile}', and it does not lead to credentials. Going on without it would sign as somebody else.",
    remedy:
      "Try the profile on the runner:\naws sts get-caller-identity --profile {profile}\nor take AWS_PROFILE away:\nenv:\n  AWS_PROFILE: ''",
  },
];

/** All that is known, in the order in which it is looked through. */
export const KNOWN_ERRORS: readonly KnownError[] = [
  ...POD_IDENTITY,
  ...PROXY,
  ...CREDENTIALS,
  ...ECR,
  ...CREDENTIALS_OTHERWISE,
  ...CONTAINER_CLIENT,
];
