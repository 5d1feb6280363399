import type { ErrorSamples } from './sample.ts';

export const POD_IDENTITY_SAMPLES: ErrorSamples = {
  'container-uri-not-set': ['AWS_CONTAINER_CREDENTIALS_FULL_URI is not set'],
  'container-uri-malformed': ['Invalid URL'],
  'container-uri-not-allowed': ['URL not accepted. It must either be HTTPS or match one of the following:'],
  'token-file-missing': [
    "ENOENT: no such file or directory, open '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token'",
    "ENOTDIR: not a directory, open '/dev/null/token'",
  ],
  'token-file-unreadable': [
    "EACCES: permission denied, open '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token'",
    'EISDIR: illegal operation on a directory, read',
  ],
  'token-file-malformed': [
    'Invalid character in header content ["Authorization"]',
    'Authorization token contains invalid \\r\\n sequence.',
  ],
  'token-empty': [
    'http://169.254.170.23/v1/credentials responded with HTTP 400: Service account token cannot be empty',
  ],
  'token-expired': [
    'http://169.254.170.23/v1/credentials responded with HTTP 400: Service account token failed basic claim validations: token is expired',
    'http://169.254.170.23/v1/credentials responded with HTTP 400: [0b7f3c3e-9a52-4d3c-8f0e-2f1f3a6b7c11]: (ExpiredTokenException): Token expired, fault: client',
    'http://169.254.170.23/v1/credentials responded with HTTP 400: no more\nclaims: expired',
  ],
  'token-audience': [
    'http://169.254.170.23/v1/credentials responded with HTTP 400: [0b7f3c3e-9a52-4d3c-8f0e-2f1f3a6b7c11]: (InvalidTokenException): bad\nclaims: other audience',
  ],
  'token-invalid': [
    'http://169.254.170.23/v1/credentials responded with HTTP 400: [0b7f3c3e-9a52-4d3c-8f0e-2f1f3a6b7c11]: (InvalidTokenException): bad, fault: client',
    'http://169.254.170.23/v1/credentials responded with HTTP 400: Service account token cannot be parsed: token is malformed: token contains an invalid number of segments',
    'http://169.254.170.23/v1/credentials responded with HTTP 400: Service account token failed basic claim validations: token is not valid yet',
  ],
  'no-association': [
    'http://169.254.170.23/v1/credentials responded with HTTP 404: [0b7f3c3e-9a52-4d3c-8f0e-2f1f3a6b7c11]: (ResourceNotFoundException): none, fault: client',
  ],
  'role-trust-policy': [
    'http://169.254.170.23/v1/credentials responded with HTTP 403: [0b7f3c3e-9a52-4d3c-8f0e-2f1f3a6b7c11]: (AccessDeniedException): Unauthorized Exception! EKS does not have permissions to assume the associated role., fault: client',
  ],
  'eks-auth-denied': [
    'http://169.254.170.23/v1/credentials responded with HTTP 403: [0b7f3c3e-9a52-4d3c-8f0e-2f1f3a6b7c11]: (AccessDeniedException): User: arn:aws:sts::123456789012:assumed-role/runner/eks-pod is not authorized to perform: eks-auth:AssumeRoleForPodIdentity, fault: client',
  ],
  'agent-invalid-address': [
    'http://169.254.170.23/v1/credentials responded with HTTP 403: Access Denied. Called agent through invalid address, please use either [169.254.170.23 fd00:ec2::23] address not proxy.example.com',
  ],
  'eks-auth-unreachable': ['http://169.254.170.23/v1/credentials responded with HTTP 500: []'],
  'agent-throttled': [
    'http://169.254.170.23/v1/credentials responded with HTTP 429: Too Many Requests',
    'http://169.254.170.23/v1/credentials responded with HTTP 429: [0b7f3c3e-9a52-4d3c-8f0e-2f1f3a6b7c11]: (ThrottlingException): slow down, fault: client',
  ],
  'eks-auth-unavailable': [
    'http://169.254.170.23/v1/credentials responded with HTTP 503: [0b7f3c3e-9a52-4d3c-8f0e-2f1f3a6b7c11]: (ServiceUnavailableException): later, fault: server',
    'http://169.254.170.23/v1/credentials responded with HTTP 500: [0b7f3c3e-9a52-4d3c-8f0e-2f1f3a6b7c11]: (InternalServerException): oh, fault: server',
    'http://169.254.170.23/v1/credentials responded with HTTP 502 without a message',
  ],
  'agent-unreachable': [
    'connect ECONNREFUSED 169.254.170.23:80',
    'connect EHOSTUNREACH 169.254.170.23:80',
    'connect ENETUNREACH fd00:ec2::23:80',
    'connect EADDRNOTAVAIL fd00:ec2::23:80',
  ],
  'agent-connection-cut': ['socket hang up', 'read ECONNRESET', 'aborted'],
  'agent-timeout': ['no response within 5 s', 'connect ETIMEDOUT 169.254.170.23:80'],
  'agent-unexpected-answer': [
    'the response is not of the required format',
    'HTTP credential provider response not of the required format, an object matching: …',
    'the response is not valid JSON',
    'EKS Pod Identity returned no credentials: http://127.0.0.1/ responded with HTTP 302 without a message',
  ],
};
