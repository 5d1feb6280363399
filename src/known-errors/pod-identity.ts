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
  cause: `This job uses 'container:'. The runner creates that container with docker, which
    passes only what the workflow sets, so the variables, the token and the region of EKS
    Pod Identity do not reach it.`,
  remedy: {
    text: `Pass them to the container, or run this step in a job without 'container:'. On
      IPv6 clusters, the URI is ${IPV6_URI}. If the runner is not a pod on EKS, get
      credentials in a step before this one. To use the role of the machine, set
      'credential-source: default-chain' and 'aws-region'.`,
    commands: [
      'container:',
      '  env:',
      `    AWS_CONTAINER_CREDENTIALS_FULL_URI: ${URI}`,
      `    ${TOKEN_FILE}`,
      '    AWS_REGION: <region>',
      '  volumes:',
      `    - ${DIRECTORY}:${DIRECTORY}:ro`,
    ],
  },
};

const NO_ASSOCIATION = `Service account <service-account> in namespace <namespace> has no EKS
  Pod Identity association, or this pod is older than it. EKS sets its variables, the region
  among them, when it creates a pod, and never later.`;

/** The words of the SDK's default chain that found nothing. */
export const NOTHING_FOUND = /credentials from any providers|instance metadata|EC2 metadata/i;

/** What happens to the request, from the variables to EKS Auth. */
export const POD_IDENTITY: KnownError[] = [
  {
    id: 'no-association',
    patterns: [/ResourceNotFoundException/],

    cause: `This cluster has no EKS Pod Identity association for service account
      <service-account> in namespace <namespace>, or it is only a few seconds old.`,
    remedy: {
      text: `Create the association, and run the job again.`,
      commands: [CREATE_ASSOCIATION],
    },
  },

  {
    id: 'role-trust-policy',
    patterns: [/permissions? to assume|\bassume (?:the )?role\b|trust policy/i],

    cause: `EKS cannot assume the role of the association, or its target role. The trust
      policy does not allow pods.eks.amazonaws.com sts:AssumeRole and sts:TagSession, or
      one of its conditions does not match: aws:SourceArn (the cluster),
      aws:SourceAccount, or a session tag such as aws:RequestTag/kubernetes-namespace.`,
    remedy: {
      text: `Find the roles, and correct their trust policies. The role needs the
        statement below. A target role needs one that allows the same actions to the role
        of the association.`,
      commands: [
        LIST_ASSOCIATIONS,
        `aws eks describe-pod-identity-association --cluster-name <cluster>
          --region <region> --association-id <association-id>`,
        'aws iam get-role --role-name <role> --query Role.AssumeRolePolicyDocument',
        `{ "Effect": "Allow", "Principal": { "Service": "pods.eks.amazonaws.com" },
          "Action": ["sts:AssumeRole", "sts:TagSession"] }`,
      ],
    },
  },

  {
    id: 'service-account-deleted',
    patterns: [/service ?account .{0,300}has been deleted/i],

    cause: `The service account of this pod was deleted, perhaps to be created anew, or its
      deletion waits for a finalizer. EKS refuses the tokens of pods that had it.`,
    remedy: {
      text: `Look at the service account. If it is there and its deletionTimestamp is empty,
        delete the idle runners, or run the job again if it has a pod of its own.`,
      commands: [
        `kubectl get serviceaccount <service-account> --namespace <namespace>
          --output jsonpath='{.metadata.deletionTimestamp}'`,
      ],
    },
  },

  {
    id: 'eks-auth-denied',
    patterns: [/AccessDeniedException/],

    cause: `The agent calls EKS Auth with the role of the node, <principal>, and the
      policies of that role do not allow it.`,
    remedy: {
      text: `Attach the policy AmazonEKSWorkerNodePolicy to the role of the node, or add
        this statement to its policies.`,
      commands: [
        '{ "Effect": "Allow", "Action": "eks-auth:AssumeRoleForPodIdentity", "Resource": "*" }',
      ],
    },
  },

  {
    id: 'node-credentials',
    patterns: [
      /security token included/,
      /UnrecognizedClientException|InvalidSignatureException/,
      /no EC2 IMDS role found|failed to refresh cached credentials/,
    ],

    cause: `The agent signs its calls with the credentials of the node, and these are
      missing, expired or invalid: the node has no instance profile, the agent cannot
      reach the instance metadata, or the clock of the node is wrong. The token of this
      pod is not the cause.`,
    remedy: {
      text: `Check the instance profile of the node, then the log of the agent on it.`,
      commands: [
        `aws ec2 describe-instances --region <region>
          --filters Name=private-dns-name,Values=<node>
          --query 'Reservations[].Instances[].IamInstanceProfile'`,
        ...AGENT_LOG,
      ],
    },
  },

  {
    id: 'token-expired',
    patterns: [
      /token is expired|token is not valid yet/,
      /ExpiredTokenException|credentials are expired or will expire/,
    ],
    alsoIf: { token: 'expired' },

    cause: `The service account token is a copy, which Kubernetes does not renew, or the
      clock of the node is wrong.`,
    remedy: {
      text: `Let AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE name the file that EKS mounts, not a
        copy. If it does, synchronize the clock of the node with NTP, and check it.`,
      commands: ['date -u; chronyc tracking'],
    },
  },

  {
    id: 'token-invalid',
    // The file that EKS mounts holds the right one.
    requires: { tokenFile: 'other' },
    patterns: [
      /audience in identity token|token cannot be (?:empty|parsed)/,
      /failed basic claim validations|missing (?:pod|kubernetes\.io) claims/,
      /failed to get pod uid|InvalidTokenException/,
      /Invalid character in header content|invalid \\r\\n sequence/,
    ],
    alsoIf: { token: 'other-audience' },

    cause: `The token is not the token that EKS mounts for EKS Pod Identity: it is empty or
      malformed, it has another audience than pods.eks.amazonaws.com, or it belongs to
      another cluster.`,
    remedy: {
      text: `Do not set AWS_CONTAINER_AUTHORIZATION_TOKEN, and use the file that EKS mounts.`,
      commands: ['env:', `  ${TOKEN_FILE}`],
    },
  },

  {
    id: 'container-job-token',
    requires: { runner: 'container-job' },
    patterns: [/, (open|stat) '/],
    ...CONTAINER_JOB,
  },

  {
    id: 'container-job',
    areas: ['credentials'],
    requires: { runner: 'container-job', source: 'default-chain' },
    patterns: [NOTHING_FOUND, /, open '/i],
    ...CONTAINER_JOB,
  },

  {
    id: 'token-file',
    patterns: [/, (open|stat) '|regular file/],

    cause: `The token file <token-file> does not exist, or the user of the runner cannot
      read it. A container that docker runs in the pod can have the variable without the
      volume.`,
    remedy: {
      text: `Mount ${DIRECTORY} into that container. If the file exists, let the group of
        the runner read it, in the pod template.`,
      commands: ['securityContext:', '  fsGroup: 1001'],
    },
  },

  {
    id: 'eks-auth-unreachable',
    patterns: [/: \[\]/],

    cause: `The agent runs, but EKS Auth does not answer it, or something on the route
      between them answers instead: a proxy, a TLS inspection or a service mesh.`,
    remedy: {
      text: `Read the log of the agent on this node, which names the cause, such as DNS, a
        timeout or a certificate (x509). A node without a route to the internet needs the
        VPC endpoint, with port 443 open to the node.`,
      commands: [...AGENT_LOG, `${VPC_ENDPOINT}.eks-auth`],
    },
  },

  {
    id: 'eks-auth-failed',
    patterns: [/InternalServerException|ServiceUnavailableException/],

    cause: `EKS Auth fails. The agent has called it several times before each answer.`,
    remedy: {
      text: `Run the job again. If the error persists, look for an event of Amazon EKS in
        <region> on the AWS Health Dashboard: https://health.aws.amazon.com`,
    },
  },

  {
    id: 'agent-throttled',
    patterns: [/ThrottlingException|Too Many Requests|retry quota exceeded/],
    alsoIf: { status: 429 },

    cause: `The agent or EKS Auth throttles the requests. Many pods start at the same time,
      or agent 0.2.2 uses up the quota: it renews the credentials of pods that have ended
      (aws/eks-pod-identity-agent issue 171).`,
    remedy: {
      text: `Run the job again. If the error persists, start fewer runners at the same time,
        ask AWS Support for a higher quota of EKS Auth, and check the version of the agent.`,
      commands: [
        `kubectl get daemonset -n kube-system eks-pod-identity-agent
          -o jsonpath='{.spec.template.spec.containers[0].image}'`,
      ],
    },
  },

  {
    id: 'agent-region-missing',
    patterns: [/Missing Region/],

    cause: `The agent does not know its region. The EKS add-on sets it; the agent was
      installed in another way.`,
    remedy: {
      text: `Install the agent as the EKS add-on, or set its region.`,
      commands: [
        'kubectl set env -n kube-system daemonset/eks-pod-identity-agent AWS_REGION=<region>',
      ],
    },
  },

  {
    id: 'container-uri-wrong',
    patterns: [
      /Invalid URL|URL not accepted|404 page not found|through invalid address/i,
      /not valid JSON|RFC.?3339|(?:not of the required|has another) format/i,
    ],
    alsoIf: { endpoint: 'other' },

    cause: `AWS_CONTAINER_CREDENTIALS_FULL_URI does not name the EKS Pod Identity agent. It
      was set by hand, or a proxy or service mesh answers at its address.`,
    remedy: {
      text: `Do not set the variable in the pod or the workflow: EKS sets ${URI}, or
        ${IPV6_URI} on IPv6 clusters. Exclude these addresses from proxies and service
        meshes.`,
    },
  },

  {
    id: 'agent-unreachable',
    patterns: [/connect E[A-Z]{2,20}/, ...NO_CONNECTION, /aborted/],

    cause: `The EKS Pod Identity agent does not answer at <uri>. It does not run on this
      node, a network policy blocks the address, or this step runs in a container without
      a route to it.`,
    remedy: {
      text: `Look for the agent on this node, and install the add-on if the cluster does
        not have it (EKS Auto Mode has it built in). Allow 169.254.170.23/32 and
        fd00:ec2::23/128, TCP port 80, in network policies.`,
      commands: [
        FIND_AGENT,
        `aws eks create-addon --cluster-name <cluster> --region <region>
          --addon-name eks-pod-identity-agent`,
      ],
    },
  },

  {
    id: 'metadata-hostname',
    areas: ['pod-identity', 'credentials'],
    patterns: [/is not a valid container metadata service hostname/],

    cause: `An old provider of the AWS SDK, which does not support EKS Pod Identity, hides
      the real error. amazon-ecr-login 2.0.1 and earlier always fail with this message in
      a pod.`,
    remedy: {
      text: `Set 'credential-source: container' to see the real error.`,
    },
  },

  {
    id: 'no-pod-identity-arc',
    cause: NO_ASSOCIATION,
    remedy: {
      text: `Look for an association, and create it if there is none. Wait ten seconds, and
        delete the idle runners: those that ARC creates for them get the variables. To
        delete this pod is of no use, since it ends with its job. The older controller,
        with RunnerDeployment, has no ephemeral runners: delete its idle pods.`,
      commands: [
        LIST_ASSOCIATIONS,
        CREATE_ASSOCIATION,
        'kubectl get ephemeralrunners --namespace <namespace>',
        'kubectl delete ephemeralrunner --namespace <namespace> <idle-runner>',
      ],
    },
  },

  {
    id: 'no-pod-identity-job',
    cause: NO_ASSOCIATION,
    remedy: {
      text: `Look for an association of the service account of the job pods, and create it
        if there is none. Wait ten seconds, and run the job again: each job has a new pod.`,
      commands: [LIST_ASSOCIATIONS, CREATE_ASSOCIATION],
    },
  },

  {
    id: 'no-pod-identity',
    cause: NO_ASSOCIATION,
    remedy: {
      text: `Look for an association, and create it if there is none. Wait ten seconds, and
        delete the runner pod: the new pod gets the variables.`,
      commands: [
        LIST_ASSOCIATIONS,
        CREATE_ASSOCIATION,
        'kubectl delete pod --namespace <namespace> <pod>',
      ],
    },
  },
];
