import { AGENT_LOG, ASSOCIATE, CHECK_AGENT, NEW_POD, OIDC, POD_WITHOUT_IDENTITY } from './commands.ts';
import type { KnownError } from './known-error.ts';

const DIRECTORY = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount';
const TOKEN = `${DIRECTORY}/eks-pod-identity-token`;
const URI = 'http://169.254.170.23/v1/credentials';
const URI_OF_EKS = `Do not set {variable} in the pod or the workflow. EKS sets ${URI}, on IPv6 clusters http://[fd00:ec2::23]/v1/credentials.`;
const TOKEN_OF_EKS = `Use the file that EKS mounts:\nenv:\n  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: ${TOKEN}`;
const NODE_CLOCK = 'On the node:\ndate -u; chronyc tracking';
const NODE_PROFILE = `Look at the agent's log and at the instance profile of the node:\n${AGENT_LOG}\naws ec2 describe-instances --region {region} --instance-ids <instance-id> --query 'Reservations[].Instances[].IamInstanceProfile'`;

const PASS_ON = `Pass the variables and the token to the container. Docker finds the directory of the token, since EKS mounts it into every container of the pod. On IPv6 clusters the URI is http://[fd00:ec2::23]/v1/credentials.\ncontainer:\n  env:\n    AWS_CONTAINER_CREDENTIALS_FULL_URI: ${URI}\n    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: ${TOKEN}\n    AWS_REGION: {region}\n  volumes:\n    - ${DIRECTORY}:${DIRECTORY}:ro\nOr run this step in a job without container:, or before the container is started with docker run.`;

/** The variables, and then what happens to the request: the token, the agent, EKS Auth. */
export const POD_IDENTITY: readonly KnownError[] = [
  {
    id: 'container-uri-not-set',
    areas: ['pod-identity'],
    means: `Input credential-source is 'container', but the variable is not set: EKS Pod Identity did not set it, or the workflow sets it to an empty value. ${POD_WITHOUT_IDENTITY}`,
    remedy: `${NEW_POD}\nOr let the action choose the credentials:\nwith:\n  credential-source: auto`,
  },
  {
    id: 'pod-without-identity',
    areas: ['pod-identity', 'credentials'],
    pattern:
      /(?:Could not load credentials from any providers|instance metadata|EC2 Metadata).*^runner: pod$/ims,
    means: `This pod has no variables of EKS Pod Identity, and no other source returned credentials (keys in the environment, a profile, IRSA, SSO, a process, the instance metadata). ${POD_WITHOUT_IDENTITY}`,
    remedy: `${NEW_POD}\nOr get credentials in a step before this one:\n${OIDC}`,
  },
  {
    id: 'container-job',
    areas: ['pod-identity', 'credentials'],
    pattern:
      /(?:Could not load credentials from any providers|instance metadata|EC2 Metadata).*^runner: container-job$/ims,
    means:
      'This job uses container:, and the runner creates that container with docker. Docker passes only what the workflow sets, so the variables and the token of EKS Pod Identity do not reach the step, even if the pod of the runner has them.',
    remedy: `${PASS_ON}\nIf the runner is not a pod on EKS, get credentials in a step before this one:\n${OIDC}`,
  },
  {
    id: 'container-job-instance',
    areas: ['pod-identity'],
    means:
      'The calls use the instance role of the machine, which every container on it can use. This job uses container:, and the runner creates that container with docker. If the runner is a pod with EKS Pod Identity, the variables and the token of the pod do not reach the container, although the association exists.',
    remedy: `${PASS_ON}\nIf the role of the machine is what you want:\nwith:\n  credential-source: default-chain`,
  },
  {
    id: 'container-job-region',
    areas: ['pod-identity'],
    means:
      'This job uses container:, and the runner creates that container with docker. Docker passes only what the workflow sets: the region of the runner does not reach the step, nor do the variables and the token of EKS Pod Identity.',
    remedy: `If the runner is a pod with EKS Pod Identity: ${PASS_ON.charAt(0).toLowerCase()}${PASS_ON.slice(1)}\nElse set the region alone:\nwith:\n  aws-region: eu-west-1`,
  },
  {
    id: 'container-uri-malformed',
    areas: ['pod-identity'],
    pattern: /Invalid URL/,
    means: '{variable} is not a valid URL. EKS sets a valid one, so it was changed by hand.',
    remedy: URI_OF_EKS,
  },
  {
    id: 'container-uri-not-allowed',
    areas: ['pod-identity'],
    pattern: /URL not accepted/,
    means:
      'The AWS SDK does not accept credentials from the address in {variable}. It accepts https, loopback, 169.254.170.2, 169.254.170.23 and [fd00:ec2::23].',
    remedy: URI_OF_EKS,
  },
  {
    id: 'token-file-missing',
    areas: ['pod-identity'],
    pattern: /ENOENT|ENOTDIR/,
    means:
      "The service account token {tokenFile} (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) does not exist. A container: job, or a container that docker-in-docker runs, has the variable but not the pod's volume.",
    remedy: `Run this step outside the job's container, or mount the directory of the token into it:\ncontainer:\n  volumes:\n    - ${DIRECTORY}:${DIRECTORY}:ro`,
  },
  {
    id: 'token-file-unreadable',
    areas: ['pod-identity'],
    pattern: /EACCES|EPERM|EISDIR/,
    means:
      'The service account token {tokenFile} (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) exists, but the user of this process cannot read it: the token was mounted for another user.',
    remedy:
      'Let the group of the runner read the token, in the pod template:\nsecurityContext:\n  fsGroup: 1001',
  },
  {
    id: 'token-file-malformed',
    areas: ['pod-identity'],
    pattern: /Invalid character in header content|invalid \\r\\n sequence/,
    means:
      'The file {tokenFile} (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) does not contain a token: it has line breaks, or other characters that are not allowed in one.',
    remedy: TOKEN_OF_EKS,
  },
  {
    id: 'token-empty',
    areas: ['pod-identity'],
    pattern: /Service account token cannot be empty/,
    means:
      'The agent got no service account token: AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE is not set, or the file is empty.',
    remedy: TOKEN_OF_EKS,
  },
  {
    id: 'node-credentials-refused',
    areas: ['pod-identity'],
    pattern:
      /security token included in the request|UnrecognizedClientException|InvalidSignatureException|InvalidClientTokenId|HTTP 403: .*\(ExpiredTokenException\)/,
    means:
      "EKS Auth refused the credentials with which the agent signs its call: those of the node, or those of the agent's own environment. They have expired or are invalid, or the clock of the node is wrong. The token of this pod is not the cause.",
    remedy: `${NODE_CLOCK}\n${NODE_PROFILE}`,
  },
  {
    id: 'token-audience',
    areas: ['pod-identity'],
    pattern: /^claims: other audience|audience in identity token is invalid/m,
    means:
      'The token in {tokenFile} has the audience {audiences}. EKS Pod Identity accepts only tokens for pods.eks.amazonaws.com; this one is for Kubernetes itself, or for IRSA.',
    remedy: TOKEN_OF_EKS,
  },
  {
    id: 'token-expired',
    areas: ['pod-identity'],
    pattern: /^claims: expired/m,
    means:
      'The service account token in {tokenFile} has expired (it was valid until {expiredAt}). Kubernetes renews the file that it mounts, but not a copy of it.',
    remedy:
      'Set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE to the mounted file, not to a copy. If it is the mounted file, look at the clock and the kubelet of the node:\nkubectl get events --namespace {namespace}',
  },
  {
    id: 'token-not-valid-yet',
    areas: ['pod-identity'],
    pattern: /token is not valid yet/,
    means:
      'The service account token was issued a moment ago, and for the clock of this node that is in the future: the clock is slow.',
    remedy: `Synchronize the clock of the node. ${NODE_CLOCK}`,
  },
  {
    id: 'token-expired-elsewhere',
    areas: ['pod-identity'],
    pattern: /token is expired|\(ExpiredTokenException\)/,
    means:
      'The service account token was refused as expired, but by its own claims it is valid until {expiredAt}: the clock of this node is wrong, or Kubernetes has renewed the token since.',
    remedy: `Run the job again. If the error persists, synchronize the clock of the node. ${NODE_CLOCK}`,
  },
  {
    id: 'token-invalid',
    areas: ['pod-identity'],
    pattern: /InvalidTokenException|cannot be parsed|failed basic claim validations/,
    means: 'The file {tokenFile} does not contain a service account token of this cluster.',
    remedy: TOKEN_OF_EKS,
  },
  {
    id: 'no-association',
    areas: ['pod-identity'],
    pattern: /ResourceNotFoundException/,
    means:
      'There is no EKS Pod Identity association for service account {serviceAccount} in namespace {namespace}: it was not created for this pair, or it was deleted after the pod started. A new association takes some seconds to take effect.',
    remedy: `Create it, and run the job again:\n${ASSOCIATE}`,
  },
  {
    id: 'role-trust-policy',
    areas: ['pod-identity'],
    pattern: /AccessDeniedException.*permissions? to assume the associated role/,
    means:
      'EKS cannot assume the role of the association. Its trust policy must allow pods.eks.amazonaws.com both sts:AssumeRole and sts:TagSession, and each of its conditions must match this pod: conditions on session tags (aws:RequestTag/kubernetes-namespace, kubernetes-service-account, eks-cluster-name …) never do if the association disables session tags.',
    remedy:
      'Find the role, and compare its trust policy:\naws eks list-pod-identity-associations --cluster-name {cluster} --region {region} --namespace {namespace} --service-account {serviceAccount}\naws iam get-role --role-name {role} --query Role.AssumeRolePolicyDocument\nIt needs this statement. Keep the conditions that it has, and correct those that do not match namespace {namespace}, service account {serviceAccount} and the cluster:\n{ "Effect": "Allow", "Principal": { "Service": "pods.eks.amazonaws.com" }, "Action": ["sts:AssumeRole", "sts:TagSession"] }',
  },
  {
    id: 'eks-auth-denied',
    areas: ['pod-identity'],
    pattern: /AccessDeniedException(?:.*User: (?<principal>\S+) is not authorized)?/,
    means:
      'The agent calls EKS Auth as the node, and the role of the node ({identity}) is not allowed eks-auth:AssumeRoleForPodIdentity.',
    remedy:
      'Attach the policy AmazonEKSWorkerNodePolicy to that role, or add to its policies:\n{ "Effect": "Allow", "Action": "eks-auth:AssumeRoleForPodIdentity", "Resource": "*" }',
  },
  {
    id: 'eks-auth-invalid-request',
    areas: ['pod-identity'],
    pattern: /InvalidParameterException|InvalidRequestException/,
    means:
      'EKS Auth rejects the request of the agent as invalid. Most likely the agent has the wrong cluster name, or the token is of another cluster.',
    remedy: `Compare the cluster name that the agent uses, and look at its log:\nkubectl -n kube-system get daemonset eks-pod-identity-agent --output yaml\n${AGENT_LOG}`,
  },
  {
    id: 'agent-invalid-address',
    areas: ['pod-identity'],
    pattern: /Called agent through invalid address/,
    means:
      'The request reached the agent under another name than its own: a proxy or a port forward rewrote the Host header, or {variable} was changed by hand.',
    remedy:
      'Do not set {variable} by hand, and keep requests to the agent away from proxies and service meshes:\nenv:\n  NO_PROXY: 169.254.170.23,[fd00:ec2::23]',
  },
  {
    id: 'agent-wrong-path',
    areas: ['pod-identity'],
    pattern: /404 page not found/,
    means: 'The agent does not have the path in {variable}. It has /v1/credentials.',
    remedy: URI_OF_EKS,
  },
  {
    id: 'node-credentials-missing',
    areas: ['pod-identity'],
    pattern: /no EC2 IMDS role found|failed to refresh cached credentials/,
    means:
      'The agent signs its calls with the credentials of the node, and the node has none: it has no instance profile, or the agent cannot reach the instance metadata.',
    remedy: NODE_PROFILE,
  },
  {
    id: 'agent-region-missing',
    areas: ['pod-identity'],
    pattern: /Missing Region/,
    means:
      'The agent does not know its region. The add-on sets it; an agent that was installed by other means needs the setting.',
    remedy:
      'Update the add-on, or set AWS_REGION for the agent:\naws eks update-addon --cluster-name {cluster} --region {region} --addon-name eks-pod-identity-agent --resolve-conflicts OVERWRITE\nkubectl -n kube-system set env daemonset/eks-pod-identity-agent AWS_REGION={region}',
  },
  {
    id: 'agent-retry-quota',
    areas: ['pod-identity'],
    pattern: /retry quota exceeded/,
    means:
      'Many pods of this node requested credentials while EKS Auth failed or throttled, and the agent has used up its retries.',
    remedy: `Run the job again. If the error persists, start fewer runners of a node at the same time, and look for the first error in the agent's log:\n${AGENT_LOG}`,
  },
  {
    id: 'credentials-about-to-expire',
    areas: ['pod-identity'],
    pattern: /credentials are expired or will expire within/,
    means:
      'The agent got credentials from EKS Auth that expire at once by the clock of the node: the clock is fast, or the session of the role ends now.',
    remedy: `Run the job again. If the error persists, synchronize the clock of the node. ${NODE_CLOCK}`,
  },
  {
    id: 'eks-auth-unreachable',
    areas: ['pod-identity'],
    pattern: /responded with HTTP 50[02]: \[\]$/m,
    means:
      'The agent runs, but gets no response of EKS Auth on its node: the connection is refused or times out, the name is not resolved, or a proxy responds instead. A node in a private subnet needs a VPC endpoint for EKS Auth, with port 443 open to the node.',
    remedy:
      'Create the endpoint:\naws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id <vpc-id> --subnet-ids <subnet-ids> --region {region} --service-name com.amazonaws.{region}.eks-auth\nOn the node:\ncurl -sS -o /dev/null -D - https://eks-auth.{region}.api.aws',
  },
  {
    id: 'agent-throttled',
    areas: ['pod-identity'],
    pattern: /responded with HTTP 429|Too Many Requests|ThrottlingException/,
    means:
      'Too many requests for credentials at the same time: an agent accepts 1,000 a second on each node, and EKS Auth has a quota for each cluster.',
    remedy:
      'Run the job again. If the error persists, start fewer runners at the same time, or request a higher quota of EKS Auth.',
  },
  {
    id: 'eks-auth-unavailable',
    areas: ['pod-identity'],
    pattern: /ServiceUnavailableException|InternalServerException|responded with HTTP 5\d\d/,
    means: 'The agent, or EKS Auth behind it, had an internal error.',
    remedy: `Run the job again. If the error persists, look at the agent's log and at https://health.aws.amazon.com:\n${AGENT_LOG}`,
  },
  {
    id: 'agent-unreachable',
    areas: ['pod-identity'],
    pattern: /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|AggregateError/,
    means:
      'Nothing listens at the address of the EKS Pod Identity agent, {uri}. The add-on of the agent may not be installed, its pod may not run on this node, or the step runs in a container without a route to it.',
    remedy: `${CHECK_AGENT}\nIf docker on the runner created the container that the step runs in, run the step on the runner itself.`,
  },
  {
    id: 'agent-connection-cut',
    areas: ['pod-identity'],
    pattern: /ECONNRESET|EPIPE|socket hang up|aborted/,
    means: 'The agent, or something between it and the step, closed the connection each time.',
    remedy: `Look at the agent's log on this node:\n${AGENT_LOG}`,
  },
  {
    id: 'agent-timeout',
    areas: ['pod-identity'],
    pattern: /no response within|ETIMEDOUT|TimeoutError/,
    means:
      'The EKS Pod Identity agent at {uri} does not respond. A network policy may drop link-local traffic, the step may run in a container without a route to the agent, or the agent does not run on this node.',
    remedy: `${CHECK_AGENT}\nAllow 169.254.170.23/32 and fd00:ec2::23/128, TCP port 80, in network policies. For Cilium:\negress:\n  - toEntities: [host]\n    toPorts:\n      - ports: [{ port: "80", protocol: TCP }]`,
  },
  {
    id: 'agent-unexpected-response',
    areas: ['pod-identity'],
    pattern: /not of the required format|not valid JSON|RFC.?3339|responded with HTTP [123]\d\d/i,
    means:
      'What responds at {uri} is not the EKS Pod Identity agent: the response does not contain credentials in the format that AWS defines.',
    remedy: 'See what {variable} names, and what listens there:\ncurl -sS -o /dev/null -D - {uri}',
  },
];
