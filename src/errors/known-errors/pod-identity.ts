import { AGENT_LOG, AGENT_STATUS, ASSOCIATE } from './commands.ts';
import type { KnownError } from './known-error.ts';

export const POD_IDENTITY: readonly KnownError[] = [
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
    pattern: /responded with HTTP 500: \[\]$/m,
    means:
      'The agent runs, but it cannot reach the EKS Auth API from its node. Nodes in private subnets need a VPC endpoint for it.',
    remedy:
      'Create the endpoint:\naws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id <vpc-id> --subnet-ids <subnet-ids> --region {region} --service-name com.amazonaws.{region}.eks-auth',
  },
  {
    id: 'agent-throttled',
    areas: ['pod-identity'],
    pattern: /responded with HTTP 429|Too Many Requests|ThrottlingException/,
    means:
      'Too many requests for credentials at once: an agent takes 1,000 a second for each node, and EKS Auth has a quota for each cluster.',
    remedy:
      'Run the job again. If it stays, spread the start of the runners, or raise the quota of EKS Auth.',
  },
  {
    id: 'eks-auth-unavailable',
    areas: ['pod-identity'],
    pattern: /ServiceUnavailableException|InternalServerException|responded with HTTP 5\d\d/,
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
    pattern: /no response within|ETIMEDOUT|TimeoutError/,
    means:
      'The EKS Pod Identity agent at {uri} does not answer. A network policy may drop link-local traffic (that shows as a time-out), the step may run in a container with no route to the agent, or the agent does not run on this node or hangs.',
    remedy: `Look whether the agent runs on this node (on EKS Auto Mode it is built in, and there is no daemon set):\n${AGENT_STATUS}\nLet network policies pass 169.254.170.23/32 and fd00:ec2::23/128, TCP port 80. Cilium wants this:\negress:\n  - toEntities: [host]\n    toPorts:\n      - ports: [{ port: "80", protocol: TCP }]`,
  },
  {
    id: 'agent-unexpected-answer',
    areas: ['pod-identity'],
    pattern: /not of the required format|not valid JSON|RFC.?3339|responded with HTTP [123]\d\d/i,
    means:
      'What answers at {uri} is not the EKS Pod Identity agent: the answer holds no credentials in the form that AWS defines.',
    remedy: 'See what {variable} names and what listens there:\ncurl -sS -o /dev/null -D - {uri}',
  },
];
