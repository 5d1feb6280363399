import type { ErrorSamples } from './sample.ts';

export const CREDENTIALS_SAMPLES: ErrorSamples = {
  'node-identity': ["Using the node's IAM role, which is probably not intended."],
  'profile-missing': ["Profile 'build' of AWS_PROFILE does not exist."],
  'credential-process-failed': ["The credential_process of profile 'build' failed."],
  'no-credentials-github-hosted': [
    'Could not load credentials from any providers\nrunner: github-hosted',
    'Unable to connect to instance metadata service\nECONNREFUSED\nrunner: github-hosted',
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
    'InvalidIdentityToken: No OpenIDConnect provider found in your account for https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF',
    'ExpiredTokenException: Token expired: current date/time 1798761600 must be before the expiration date/time 1798758000',
    "InvalidIdentityToken: Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
  ],
  'irsa-token-file': [
    "ENOENT: no such file or directory, open '/var/run/secrets/eks.amazonaws.com/serviceaccount/token'",
  ],
  'credentials-timeout': ['no response within 180 s'],
  'sts-unreachable': [
    'getaddrinfo ENOTFOUND sts.eu-west-1.amazonaws.com',
    'connect ECONNREFUSED 10.0.0.1:443',
    'no connection within 5 s\nTimeoutError',
  ],
  'profile-unresolved': ['Could not resolve credentials using profile: [build]\nsource: profile'],
};
