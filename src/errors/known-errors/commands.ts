// Commands and settings that several explanations give to copy.

export const ASSOCIATE =
  'aws eks create-pod-identity-association --cluster-name {cluster} --region {region} --namespace {namespace} --service-account {serviceAccount} --role-arn arn:aws:iam::{accountId}:role/{role}';
export const OIDC =
  '- uses: aws-actions/configure-aws-credentials@v6\n  with:\n    role-to-assume: arn:aws:iam::{accountId}:role/{role}\n    aws-region: {region}';

/** Why a pod has no variables of EKS Pod Identity. */
export const POD_WITHOUT_IDENTITY =
  'EKS sets the variables when it creates a pod, if there is an association for its service account (here: service account {serviceAccount}, namespace {namespace}). A pod that is older than the association, or was created while the webhook of EKS was not available, has none.';
export const NEW_POD = `1. If the service account is not named here, find it:\nkubectl get pod {pod} --namespace {namespace} --output jsonpath='{.spec.serviceAccountName}'\n2. Check for an association:\naws eks list-pod-identity-associations --cluster-name {cluster} --region {region} --namespace {namespace} --service-account {serviceAccount}\n3. If there is none, create it:\n${ASSOCIATE}\n4. Delete the runner pod; the new one gets the variables:\nkubectl delete pod {pod} --namespace {namespace}`;

export const AGENT_LOG = 'kubectl -n kube-system logs daemonset/eks-pod-identity-agent';
export const CHECK_AGENT = `Check that the agent runs (EKS Auto Mode has it built in, without a DaemonSet):\nkubectl -n kube-system get daemonset eks-pod-identity-agent\nIf it is not found, install the add-on:\naws eks create-addon --cluster-name {cluster} --region {region} --addon-name eks-pod-identity-agent\nIf its pods are not ready, look at their log:\n${AGENT_LOG}`;

export const OWN_DOCKER_CONFIG = 'with:\n  isolate-docker-config: true';
