// Commands and settings that several explanations give to copy.

export const ASSOCIATE =
  'aws eks create-pod-identity-association --cluster-name {cluster} --region {region} --namespace {namespace} --service-account {serviceAccount} --role-arn arn:aws:iam::{accountId}:role/{role}';
export const AGENT_STATUS = 'kubectl -n kube-system get daemonset eks-pod-identity-agent';
export const AGENT_LOG = 'kubectl -n kube-system logs daemonset/eks-pod-identity-agent';

export const OWN_DOCKER_CONFIG = 'with:\n  isolate-docker-config: true';
