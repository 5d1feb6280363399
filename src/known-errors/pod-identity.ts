import { type KnownError, NO_CONNECTION, VPC_ENDPOINT } from './known-error.ts';

const SERVICE_ACCOUNT = `--cluster-name <cluster> --region <region>
  --namespace <namespace> --service-account <service-account>`;
const LIST_ASSOCIATIONS = `aws eks list-pod-identity-associations ${SERVICE_ACCOUNT}`;
export const CREATE_ASSOCIATION = `aws eks create-pod-identity-association ${SERVICE_ACCOUNT}
  --role-arn <role-arn>`;

/** Label and namespace: charts/eks-pod-identity-agent of aws/eks-pod-identity-agent. */
const FIND_AGENT = `kubectl get pods -n kube-system
  -l app.kubernetes.io/name=eks-pod-identity-agent
  --field-selector spec.nodeName=<node> -o name`;
const AGENT_LOG = [FIND_AGENT, 'kubectl logs -n kube-system <agent-pod>'];

const DIRECTORY = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount';
const TOKEN_FILE = `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: ${DIRECTORY}/eks-pod-identity-token`;
const URI = 'http://169.254.170.23/v1/credentials';
const IPV6_URI = 'http://[fd00:ec2::23]/v1/credentials';

const CONTAINER_JOB = {
  cause: `This job uses 'container:'. Docker passes to that container only what the workflow
    sets, so EKS Pod Identity does not reach it.`,
  remedy: `Pass the variables and the token to the container, or run this step in a job without
    'container:'. On IPv6 clusters, the URI is ${IPV6_URI}. Outside of EKS, get credentials in
    an earlier step, or use the role of the machine: set 'credential-source: default-chain'.`,
  commands: [
    'container:',
    '  env:',
    `    AWS_CONTAINER_CREDENTIALS_FULL_URI: ${URI}`,
    `    ${TOKEN_FILE}`,
    '    AWS_REGION: <region>',
    '  volumes:',
    `    - ${DIRECTORY}:${DIRECTORY}:ro`,
  ],
};

const NO_ASSOCIATION = `Service account <service-account> in namespace <namespace> has no EKS
  Pod Identity association`;
const NO_VARIABLES = `${NO_ASSOCIATION}, or this pod is older than it. EKS sets the variables
  and the region only when it creates a pod.`;

/** Node cannot open a file: "ENOENT: no such file or directory, open '/x'". */
const CANNOT_OPEN_FILE = /, (?:open|stat) '/;

/** The words of the SDK's default chain that found nothing. */
export const NOTHING_FOUND = /credentials from any providers|instance metadata|EC2 metadata/i;

/**
 * The ways in which EKS Pod Identity fails, from the variables to EKS Auth. The first match wins,
 * so what is specific comes before what is general. An entry without patterns is chosen by its ID.
 */
export const POD_IDENTITY: KnownError[] = [
  {
    id: 'no-association',
    patterns: [/ResourceNotFoundException/],

    cause: `${NO_ASSOCIATION}, or the association is only a few seconds old.`,
    remedy: `Create the association, and run the job again.`,
    commands: [CREATE_ASSOCIATION],
  },

  // Before eks-auth-denied: EKS Auth refuses both with an AccessDeniedException.
  {
    id: 'role-trust-policy',
    patterns: [/permissions? to assume|\bassume (?:the )?role\b|trust policy/i],

    cause: `The trust policy of the role, or of its target role, does not allow sts:AssumeRole
      and sts:TagSession, or one of its conditions does not match: aws:SourceArn (the cluster),
      aws:SourceAccount or a session tag.`,
    remedy: `Correct the trust policy. The role needs the statement below. A target role needs
      the same actions, with the role of the association as its Principal.`,
    commands: [
      LIST_ASSOCIATIONS,
      `aws eks describe-pod-identity-association --cluster-name <cluster>
        --region <region> --association-id <association-id>`,
      'aws iam get-role --role-name <role> --query Role.AssumeRolePolicyDocument',
      `{ "Effect": "Allow", "Principal": { "Service": "pods.eks.amazonaws.com" },
        "Action": ["sts:AssumeRole", "sts:TagSession"] }`,
    ],
  },

  {
    id: 'service-account-deleted',
    patterns: [/service ?account .{0,300}has been deleted/i],

    cause: `The service account of this pod was deleted, or a finalizer delays its deletion.
      EKS refuses the tokens of pods that had it.`,
    remedy: `If the account is not found, create it. If the command shows a time, remove the
      finalizer. Then delete the idle runners, and run the job again.`,
    commands: [
      `kubectl get serviceaccount <service-account> --namespace <namespace>
        --output jsonpath='{.metadata.deletionTimestamp}'`,
    ],
  },

  {
    id: 'eks-auth-denied',
    patterns: [/AccessDeniedException/],

    cause: `The agent calls EKS Auth with the role of the node, <principal>, whose policies do
      not allow it.`,
    remedy: `Attach the policy AmazonEKSWorkerNodePolicy to that role, or add this statement.`,
    commands: [
      '{ "Effect": "Allow", "Action": "eks-auth:AssumeRoleForPodIdentity", "Resource": "*" }',
    ],
  },

  // Before token-expired: the credentials of the node expire with the same exception.
  {
    id: 'node-credentials',
    patterns: [
      /security token included/,
      /UnrecognizedClientException|InvalidSignatureException/,
      /failed to refresh cached credentials/,
    ],

    cause: `The agent has no valid credentials of the node. The node has no instance profile,
      the agent cannot reach the instance metadata, or the clock is wrong. The token of this
      pod is not the cause.`,
    remedy: `Check the instance profile of the node, then the log of its agent.`,
    commands: [
      `aws ec2 describe-instances --region <region>
        --filters Name=private-dns-name,Values=<node>
        --query 'Reservations[].Instances[].IamInstanceProfile'`,
      ...AGENT_LOG,
    ],
  },

  {
    id: 'token-expired',
    patterns: [
      /token is expired|token is not valid yet/,
      /ExpiredTokenException|credentials are expired or will expire/,
    ],
    alwaysIf: { token: 'expired' },

    cause: `The service account token is a copy, which Kubernetes does not renew, or the clock
      of the node is wrong.`,
    remedy: `Let AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE name the file that EKS mounts, not a
      copy. Synchronize the clock of the node with NTP.`,
    commands: ['date -u; chronyc tracking'],
  },

  {
    id: 'token-invalid',
    // Not for the file that EKS mounts: its token has the right form.
    requires: { tokenFile: 'other' },
    patterns: [
      /audience in identity token|token cannot be (?:empty|parsed)/,
      /failed basic claim validations|failed to get pod uid|InvalidTokenException/,
      /Invalid character in header content|invalid \\r\\n sequence/,
    ],
    alwaysIf: { token: 'other-audience' },

    cause: `This is not the token that EKS mounts for EKS Pod Identity. It is empty, malformed,
      of another cluster, or for another audience than pods.eks.amazonaws.com.`,
    remedy: `Use the file that EKS mounts, and do not set AWS_CONTAINER_AUTHORIZATION_TOKEN.`,
    commands: ['env:', `  ${TOKEN_FILE}`],
  },

  {
    id: 'container-job-token',
    requires: { runner: 'container-job' },
    patterns: [CANNOT_OPEN_FILE],
    ...CONTAINER_JOB,
  },

  {
    id: 'container-job',
    areas: ['credentials'],
    requires: { runner: 'container-job', source: 'default-chain' },
    patterns: [NOTHING_FOUND, CANNOT_OPEN_FILE],
    ...CONTAINER_JOB,
  },

  {
    id: 'token-file',
    patterns: [CANNOT_OPEN_FILE, /regular file/],

    cause: `The token file <token-file> is missing, or the user of the runner cannot read it. A
      container that docker runs in the pod can lack the volume.`,
    remedy: `Mount ${DIRECTORY} into that container. If the file exists, let the group of the
      runner read it, in the pod template.`,
    commands: ['securityContext:', '  fsGroup: 1001'],
  },

  {
    id: 'eks-auth-unreachable',
    // The agent quotes an empty answer: "responded with HTTP 500: []".
    patterns: [/: \[\]/],

    cause: `The agent cannot reach EKS Auth, or a proxy, a TLS inspection or a service mesh
      answers in its place.`,
    remedy: `Read the log of the agent, which names the cause: DNS, a timeout or a certificate
      (x509). A node without internet access needs the VPC endpoint, with port 443 open to the
      node.`,
    commands: [...AGENT_LOG, `${VPC_ENDPOINT}.eks-auth`],
  },

  {
    id: 'eks-auth-failed',
    patterns: [/InternalServerException|ServiceUnavailableException/],

    cause: `EKS Auth fails: a fault of AWS, not of your configuration.`,
    remedy: `Run the job again. If it still fails, look for Amazon EKS in <region> on
      https://health.aws.amazon.com, or ask AWS Support.`,
  },

  {
    id: 'agent-throttled',
    patterns: [/ThrottlingException|Too Many Requests|retry quota exceeded/],
    alwaysIf: { status: 429 },

    cause: `Many pods start at the same time, or agent 0.2.2 uses up the quota of EKS Auth for
      pods that have ended (aws/eks-pod-identity-agent issue 171).`,
    remedy: `Run the job again. If it still fails, start fewer runners at the same time, check
      the version of the agent, or ask AWS Support for a higher quota of EKS Auth.`,
    commands: [
      `kubectl get daemonset -n kube-system eks-pod-identity-agent
        -o jsonpath='{.spec.template.spec.containers[0].image}'`,
    ],
  },

  {
    id: 'agent-region-missing',
    patterns: [/Missing Region/],

    cause: `The agent has no region. It was not installed as the EKS add-on, which sets it.`,
    remedy: `Install the add-on, or set the region.`,
    commands: [
      'kubectl set env -n kube-system daemonset/eks-pod-identity-agent AWS_REGION=<region>',
    ],
  },

  {
    id: 'container-uri-wrong',
    patterns: [
      /Invalid URL|URL not accepted|404 page not found|through invalid address/i,
      /not valid JSON|RFC.?3339|(?:not of the required|has another) format/i,
    ],
    alwaysIf: { endpoint: 'other' },

    cause: `AWS_CONTAINER_CREDENTIALS_FULL_URI was set by hand and does not name the EKS Pod
      Identity agent, or a proxy or service mesh answers at its address.`,
    remedy: `Do not set the variable: EKS sets ${URI}, or ${IPV6_URI} on IPv6 clusters. Exclude
      these addresses from proxies and service meshes.`,
  },

  {
    id: 'agent-unreachable',
    // Node says "aborted" if the connection ends within a response.
    patterns: [/connect E[A-Z]{2,20}/, ...NO_CONNECTION, /aborted/],

    cause: `The EKS Pod Identity agent does not answer at <uri>. It does not run on this node,
      a network policy blocks it, or this container has no route to it.`,
    remedy: `Look for the agent on this node. Install the add-on if the cluster does not have
      it (EKS Auto Mode has it built in). Allow 169.254.170.23/32 and fd00:ec2::23/128, TCP
      port 80, in network policies.`,
    commands: [
      FIND_AGENT,
      `aws eks create-addon --cluster-name <cluster> --region <region>
        --addon-name eks-pod-identity-agent`,
    ],
  },

  {
    id: 'metadata-hostname',
    areas: ['pod-identity', 'credentials'],
    patterns: [/is not a valid container metadata service hostname/],

    cause: `An old provider of the AWS SDK hides the real error.`,
    remedy: `Set 'credential-source: container' to see the real error.`,
  },

  {
    id: 'no-pod-identity-arc',
    cause: NO_VARIABLES,
    remedy: `Create the association if there is none. Wait ten seconds, and delete the idle
      runners: ARC replaces them. Then run the job again. For the older controller, with
      RunnerDeployment, delete the idle pods.`,
    commands: [
      LIST_ASSOCIATIONS,
      CREATE_ASSOCIATION,
      'kubectl get ephemeralrunners --namespace <namespace>',
      'kubectl delete ephemeralrunner --namespace <namespace> <idle-runner>',
    ],
  },

  {
    id: 'no-pod-identity-job',
    cause: NO_VARIABLES,
    remedy: `Create the association of the job pods' service account if there is none. Wait ten
      seconds, and run the job again: each job has a new pod.`,
    commands: [LIST_ASSOCIATIONS, CREATE_ASSOCIATION],
  },

  {
    id: 'no-pod-identity',
    cause: NO_VARIABLES,
    remedy: `Create the association if there is none. Wait ten seconds, and delete the pod if
      it runs no job.`,
    commands: [
      LIST_ASSOCIATIONS,
      CREATE_ASSOCIATION,
      'kubectl delete pod --namespace <namespace> <pod>',
    ],
  },
];
