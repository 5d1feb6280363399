import type { ErrorSamples } from './sample.ts';

/** A response of the agent (texts of eks-pod-identity-agent 0.1.37 and of EKS Auth), with details that are not shown. */
function agent(status: number, text: string, details = ''): string {
  const shown = `http://169.254.170.23/v1/credentials responded with HTTP ${status}: ${text}`;
  return details === '' ? shown : `${shown}\n${details}`;
}

/** An error of EKS Auth, as the agent passes it on. */
function eksAuth(status: number, code: string, message: string, details = '', fault = 'client'): string {
  return agent(
    status,
    `[9b1f3c3e-9a52-4d3c-8f0e-2f1f3a6b7c11]: (${code}): ${message}, fault: ${fault}`,
    details,
  );
}

const FETCH =
  'error getting credentials to cache: unable to fetch credentials from EKS Auth: operation error EKS Auth: AssumeRoleForPodIdentity, ';

export const POD_IDENTITY_SAMPLES: ErrorSamples = {
  'container-uri-not-set': ['AWS_CONTAINER_CREDENTIALS_FULL_URI is not set.'],
  'pod-without-identity': [
    'Could not load credentials from any providers\nrunner: pod',
    'EC2 Instance Metadata Service access disabled\nrunner: pod',
  ],
  'container-job': [
    'Could not load credentials from any providers\nrunner: container-job',
    'EC2 Instance Metadata Service access disabled\nrunner: container-job',
  ],
  'container-job-instance': [
    "Using the IAM role of the machine, which is probably not intended in a job's container.",
  ],
  'container-job-region': [
    "No AWS region: input 'aws-region', AWS_REGION, AWS_DEFAULT_REGION and the region of profile 'default' are not set.",
  ],
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
  'token-empty': [agent(400, 'Service account token cannot be empty')],
  'node-credentials-refused': [
    eksAuth(403, 'ExpiredTokenException', 'The security token included in the request is expired'),
    // Whatever the token of the pod says.
    eksAuth(
      403,
      'ExpiredTokenException',
      'The security token included in the request is expired',
      'claims: expired',
    ),
    eksAuth(
      403,
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      '',
      'unknown',
    ),
    eksAuth(
      403,
      'InvalidSignatureException',
      'Signature expired: 20261231T120000Z is now earlier than 20261231T121500Z (20261231T122000Z - 5 min.)',
    ),
  ],
  'token-audience': [
    eksAuth(
      400,
      'InvalidTokenException',
      'The audience in identity token is invalid.',
      'claims: other audience',
    ),
    eksAuth(400, 'InvalidTokenException', 'The audience in identity token is invalid.'),
  ],
  'token-expired': [
    agent(400, 'Service account token failed basic claim validations: token is expired', 'claims: expired'),
    eksAuth(
      400,
      'ExpiredTokenException',
      'The token included in the request is expired: current date/time 1798761600 must be before the expiration date/time 1798758000',
      'claims: expired',
    ),
  ],
  'token-not-valid-yet': [
    agent(400, 'Service account token failed basic claim validations: token is not valid yet'),
  ],
  'token-expired-elsewhere': [
    agent(400, 'Service account token failed basic claim validations: token is expired'),
    eksAuth(
      400,
      'ExpiredTokenException',
      'The token included in the request is expired: current date/time 1798761600 must be before the expiration date/time 1798758000',
    ),
  ],
  'token-invalid': [
    agent(
      400,
      'Service account token cannot be parsed: token is malformed: token contains an invalid number of segments',
    ),
    agent(
      400,
      'Service account token cannot be parsed: token is malformed: could not base64 decode header: illegal base64 data at input byte 6',
    ),
    agent(
      400,
      'Service account token cannot be parsed: token is unverifiable: signing method (alg) is unavailable',
    ),
    // The description of the API reference of EKS Auth; of other messages than that on the audience, none was seen.
    eksAuth(400, 'InvalidTokenException', 'The specified Kubernetes service account token is invalid.'),
  ],
  'no-association': [
    eksAuth(
      404,
      'ResourceNotFoundException',
      'The token included in the request has no service account role association for it.',
    ),
  ],
  'role-trust-policy': [
    eksAuth(
      400,
      'AccessDeniedException',
      'Unauthorized Exception! EKS does not have permissions to assume the associated role.',
    ),
  ],
  'eks-auth-denied': [
    eksAuth(
      400,
      'AccessDeniedException',
      'User: arn:aws:sts::111122223333:assumed-role/node-role/i-0123456789abcdef0 is not authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource: arn:aws:eks:eu-west-1:111122223333:cluster/my-cluster because no identity-based policy allows the eks-auth:AssumeRoleForPodIdentity action',
    ),
  ],
  'eks-auth-invalid-request': [
    // Codes and descriptions of the API reference of EKS Auth; no message of the service was seen.
    eksAuth(400, 'InvalidParameterException', 'The specified parameter is invalid.'),
    eksAuth(
      400,
      'InvalidRequestException',
      'This exception is thrown if the request contains a semantic error.',
    ),
  ],
  'agent-invalid-address': [
    agent(
      403,
      'Access Denied. Called agent through invalid address, please use either [169.254.170.23 fd00:ec2::23] address not localhost',
    ),
  ],
  'agent-wrong-path': [agent(404, '404 page not found')],
  'node-credentials-missing': [
    agent(
      500,
      `${FETCH}get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, http response error StatusCode: 404, request to EC2 IMDS failed`,
    ),
    agent(
      500,
      `${FETCH}get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, canceled, context deadline exceeded`,
    ),
  ],
  'agent-region-missing': [
    agent(
      500,
      `${FETCH}resolve auth scheme: resolve endpoint: endpoint rule error, Invalid Configuration: Missing Region`,
    ),
  ],
  'agent-retry-quota': [
    agent(500, `${FETCH}failed to get rate limit token, retry quota exceeded, 0 available, 5 requested`),
  ],
  'credentials-about-to-expire': [
    agent(500, 'fetched credentials are expired or will expire within the next 9.09 seconds'),
  ],
  'eks-auth-unreachable': [agent(500, '[]'), agent(502, '[]')],
  'agent-throttled': [
    agent(429, 'Too Many Requests'),
    eksAuth(429, 'ThrottlingException', 'Rate exceeded'),
    eksAuth(400, 'ThrottlingException', 'Rate exceeded'),
  ],
  'eks-auth-unavailable': [
    // Codes and descriptions of the API reference of EKS Auth; no message of the service was seen.
    eksAuth(503, 'ServiceUnavailableException', 'The service is unavailable.', '', 'server'),
    eksAuth(
      500,
      'InternalServerException',
      'These errors are usually caused by a server-side issue.',
      '',
      'server',
    ),
    'http://169.254.170.23/v1/credentials responded with HTTP 504 without a message',
  ],
  'agent-unreachable': [
    'connect ECONNREFUSED 169.254.170.23:80',
    'connect EHOSTUNREACH 169.254.170.23:80',
    'connect ENETUNREACH fd00:ec2::23:80',
    'connect EADDRNOTAVAIL fd00:ec2::23:80',
  ],
  'agent-connection-cut': ['socket hang up', 'read ECONNRESET', 'aborted'],
  'agent-timeout': ['no response within 12 s', 'connect ETIMEDOUT 169.254.170.23:80'],
  'agent-unexpected-response': [
    'HTTP credential provider response not of the required format, an object matching: { AccessKeyId: string, SecretAccessKey: string, Token: string, Expiration: string(rfc3339) }',
    'the response is not of the required format',
    'the response is not valid JSON',
    'http://127.0.0.1/v1/credentials responded with HTTP 302 without a message',
  ],
};
