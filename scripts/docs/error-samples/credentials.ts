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
  'irsa-provider-missing': [
    'InvalidIdentityToken: No OpenIDConnect provider found in your account for https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF',
  ],
  'irsa-audience': ['InvalidIdentityToken: Incorrect token audience'],
  'irsa-provider-unreachable': [
    "InvalidIdentityToken: Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
    "InvalidIdentityToken: OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
  ],
  'irsa-token-expired': [
    'ExpiredTokenException: Token expired: current date/time 1798761600 must be before the expiration date/time 1798758000',
  ],
  'irsa-token': [
    'InvalidIdentityToken: The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
  ],
  'role-arn-invalid': ['ValidationError: Request ARN is invalid'],
  'sts-region-disabled': [
    'RegionDisabledException: STS is not activated in this region for account:123456789012. Your account administrator can activate STS in this region using the IAM Console.',
  ],
  'session-tags-too-large': [
    'PackedPolicyTooLargeException: Packed size of session tags consumes 112% of allotted space.',
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
  'profile-unresolved': [
    'Could not resolve credentials using profile: [build]\nsource: profile',
    // A profile that takes its credentials from the instance metadata, whatever else there is.
    'EC2 Instance Metadata Service access disabled\nsource: profile',
    'Could not load credentials from any providers\nsource: profile',
  ],
};
