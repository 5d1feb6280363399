import type { ErrorSamples } from './sample.ts';

export const ECR_SAMPLES: ErrorSamples = {
  'ecr-public-fips': [
    'getaddrinfo ENOTFOUND api.ecr-public-fips.us-east-1.amazonaws.com',
    'The proxy http://proxy.example.com:3128 (HTTPS_PROXY) refused the connection to api.ecr-public-fips.us-east-1.amazonaws.com:443: 502 Bad Gateway',
  ],
  'account-not-allowed': ['The caller account is 111122223333; allowed-account-ids allows 444455556666.'],
  'account-unknown': ['The caller account is unknown, so it cannot be allowed.'],
  'region-missing': ['Region is missing'],
  'clock-skew': [
    'InvalidSignatureException: Signature expired: 20261231T120000Z is now earlier than 20261231T121500Z (20261231T122000Z - 5 min.)',
    'SignatureDoesNotMatch: Signature expired: 20261231T120000Z is now earlier than 20261231T121500Z (20261231T122000Z - 5 min.)',
    'InvalidSignatureException: Signature not yet current: 20261231T121500Z is still later than 20261231T120500Z (20261231T120000Z + 5 min.)',
  ],
  'keys-expired': [
    'ExpiredTokenException: The security token included in the request is expired',
    'ExpiredToken: The security token included in the request is expired',
  ],
  'keys-invalid': [
    'UnrecognizedClientException: The security token included in the request is invalid.',
    'InvalidClientTokenId: The security token included in the request is invalid.',
    'InvalidSignatureException: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  ],
  'ecr-throttled': ['ThrottlingException: Rate exceeded'],
  'ecr-name-lookup': [
    'getaddrinfo ENOTFOUND api.ecr.eu-wset-1.amazonaws.com',
    'getaddrinfo EAI_AGAIN api.ecr.eu-west-1.amazonaws.com',
  ],
  'certificate-time': [
    'certificate has expired',
    'certificate is not yet valid',
    'Get "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-25T10:00:00Z is before 2026-11-26T00:00:00Z',
  ],
  'certificate-other-host': [
    "Hostname/IP does not match certificate's altnames: Host: api.ecr.eu-west-1.amazonaws.com. is not in the cert's altnames: DNS:*.example.com",
    'Get "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/": tls: failed to verify certificate: x509: certificate is valid for *.example.com, example.com, not 111122223333.dkr.ecr.eu-west-1.amazonaws.com',
  ],
  'endpoint-without-tls': [
    'write EPROTO C0D7:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../deps/openssl/openssl/ssl/record/methods/tlsany_meth.c:77:',
  ],
  'tls-untrusted': [
    'self-signed certificate in certificate chain',
    'unable to verify the first certificate',
    'unable to get local issuer certificate',
  ],
  'ecr-unreachable': [
    'connect ETIMEDOUT 10.0.0.1:443',
    'connect ECONNREFUSED 10.0.0.1:443',
    'connect ENETUNREACH 10.0.0.1:443',
    'read ECONNRESET',
    'no connection within 5 s\nTimeoutError',
    'no response within 15 s\nTimeoutError',
  ],
  'ecr-unavailable': [
    'ServerException: These errors are usually caused by a server-side issue.',
    'HTTP 503 without a message',
  ],
  'aws-unexpected-response': [
    'the response is not valid JSON',
    "The response of Amazon ECR names 'ghcr.io', which is not a registry of Amazon ECR.",
    "The response of Amazon ECR names a registry that is not a host: ''.",
    'HTTP 403 without a message',
  ],
};
