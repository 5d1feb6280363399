import type { KnownError } from './known-error.ts';

/** Comes before the errors of proxies: a proxy cannot reach this endpoint either. */
export const ECR_PUBLIC_FIPS: KnownError = {
  id: 'ecr-public-fips',
  areas: ['ecr'],
  pattern: /api\.ecr-public-fips\./,
  means:
    'Amazon ECR Public has no FIPS endpoint, and AWS_USE_FIPS_ENDPOINT (or use_fips_endpoint in the AWS configuration file) requires one.',
  remedy:
    "Log in to Amazon ECR Public in a step of its own, with that setting off:\nenv:\n  AWS_USE_FIPS_ENDPOINT: 'false'",
};

export const ECR: readonly KnownError[] = [
  {
    id: 'account-not-allowed',
    areas: ['ecr'],
    means:
      'The credentials in use are not those that the workflow expects. No login was made. The log above names the credentials, and why they are used.',
    remedy:
      'Choose other credentials (credential-source, or aws-actions/configure-aws-credentials before this step), or allow the account:\nwith:\n  allowed-account-ids: {accountId}',
  },
  {
    id: 'account-unknown',
    areas: ['ecr'],
    means:
      'allowed-account-ids is set, but the response of Amazon ECR does not contain the caller account, so it cannot be checked. No login was made.',
    remedy:
      "Check AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_ECR, or remove the check:\nwith:\n  allowed-account-ids: ''",
  },
  {
    id: 'region-missing',
    areas: ['ecr'],
    means:
      'The default registry, and registries given by account ID, are in the region of the step, which is not set.',
    remedy: 'Set it in this step, or give each registry by its host:\nwith:\n  aws-region: eu-west-1',
  },
  {
    id: 'clock-skew',
    areas: ['ecr', 'credentials'],
    pattern:
      /Signature expired|Signature not yet current|RequestTimeTooSkewed|RequestExpired|RequestInTheFuture/,
    means:
      'The clock of this machine is off by more than five minutes, so AWS rejects the signature of its requests.',
    remedy: 'Synchronize the clock of the node by NTP, and compare:\ndate -u; chronyc tracking',
  },
  {
    id: 'keys-expired',
    areas: ['ecr', 'credentials'],
    pattern: /ExpiredToken/,
    means: 'The credentials have expired; most likely an earlier step of a long job got them.',
    remedy:
      'Get new credentials right before this step:\n- uses: aws-actions/configure-aws-credentials@v6\n  with:\n    role-to-assume: arn:aws:iam::{accountId}:role/{role}\n    aws-region: {region}',
  },
  {
    id: 'keys-invalid',
    areas: ['ecr', 'credentials'],
    pattern:
      /UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature|AuthFailure/,
    means:
      'AWS does not accept the access keys: they were deleted, copied with a mistake, lack their session token, or belong to another partition, or the region is not enabled in their account.',
    remedy:
      'Set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and (for temporary keys) AWS_SESSION_TOKEN together, and test them:\naws sts get-caller-identity --region {region}',
  },
  {
    id: 'ecr-throttled',
    areas: ['ecr'],
    pattern: /ThrottlingException|TooManyRequests|Rate exceeded|LimitExceeded/,
    means:
      'Too many calls of GetAuthorizationToken at once. All callers of the account share the quota of a region (500 a second by default, 200 for ECR Public).',
    remedy:
      'Run the job again. If the error persists, start the runners at different times, or raise the quota in Service Quotas.',
  },
  {
    id: 'ecr-name-lookup',
    areas: ['ecr'],
    pattern: /(?:ENOTFOUND|EAI_AGAIN) (?<host>[\w.-]+)|ENOTFOUND|EAI_AGAIN/,
    means:
      "Cannot resolve the name {host}: the region '{region}' does not exist or does not have this service, or the DNS of this machine does not work.",
    remedy:
      'Check the region, and resolve the name:\naws ec2 describe-regions --all-regions\nnslookup {host}',
  },
  {
    id: 'certificate-time',
    areas: ['ecr', 'credentials', 'container-client'],
    pattern: /certificate has expired|certificate is not yet valid/,
    means:
      'By the clock of this machine, the certificate has expired or is not valid yet: the clock is wrong, or the certificate is that of a proxy that inspects TLS, and old.',
    remedy:
      'Compare the clock, and see whose certificate it is:\ndate -u; chronyc tracking\nopenssl s_client -connect {host}:443 </dev/null | openssl x509 -noout -issuer -dates',
  },
  {
    id: 'certificate-other-host',
    areas: ['ecr', 'credentials', 'container-client'],
    pattern: /(?:altnames: (?:Host|IP):|certificate is valid for .*, not) (?<host>[\w-]+(?:\.[\w-]+)*)/,
    means:
      'Something else responds under the name {host}, with a certificate of its own: a firewall or sign-in page, a VPC endpoint of another service, or what a wrong entry in DNS or /etc/hosts names.',
    remedy:
      'See which address the name has, and who responds there:\nnslookup {host}\nopenssl s_client -connect {host}:443 </dev/null | openssl x509 -noout -subject -issuer',
  },
  {
    id: 'endpoint-without-tls',
    areas: ['ecr', 'credentials'],
    pattern: /wrong version number|packet length too long/,
    means:
      'What responds at the endpoint does not use TLS: AWS_ENDPOINT_URL or AWS_ENDPOINT_URL_<service> begins with https:// where the server has only http, or something on the way responds in its place.',
    remedy:
      "Correct the URL, or let the action reach AWS itself:\nenv:\n  AWS_ENDPOINT_URL: ''\n  AWS_ENDPOINT_URL_ECR: ''\n  AWS_ENDPOINT_URL_STS: ''",
  },
  {
    id: 'tls-untrusted',
    areas: ['ecr', 'credentials'],
    pattern: /self-signed certificate|unable to (?:verify|get)|ERR_TLS|CERT_/,
    means:
      'This machine does not trust the certificate of the endpoint: a proxy on the way inspects TLS with a certificate authority of the company.',
    remedy:
      'Make that certificate authority known to the runner:\nenv:\n  NODE_EXTRA_CA_CERTS: /etc/ssl/certs/ca-certificates.crt',
  },
  {
    id: 'ecr-unreachable',
    areas: ['ecr'],
    pattern:
      /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|ETIMEDOUT|ECONNRESET|EPIPE|socket hang up|TimeoutError|AggregateError|no response within/,
    means:
      'Cannot reach the endpoint of {service} in {region} from this runner. A subnet without internet access needs VPC endpoints; ECR Public has none, and needs a NAT gateway or a proxy.',
    remedy:
      'Create the endpoints com.amazonaws.{region}.ecr.api and com.amazonaws.{region}.ecr.dkr (interface, port 443 open to the runners) and com.amazonaws.{region}.s3 (gateway):\naws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id <vpc-id> --subnet-ids <subnet-ids> --region {region} --service-name com.amazonaws.{region}.ecr.api',
  },
  {
    id: 'ecr-unavailable',
    areas: ['ecr'],
    pattern: /ServerException|InternalFailure|ServiceUnavailable|InternalServer|HTTP 5\d\d/,
    means: '{service} had an internal error.',
    remedy: 'Run the job again. If the error persists, check https://health.aws.amazon.com.',
  },
  {
    id: 'aws-unexpected-response',
    areas: ['ecr', 'credentials'],
    pattern: /response is not valid JSON|response of Amazon ECR names|HTTP [34]\d\d without a message/,
    means:
      'The response is not from {service}, but from something in between (a gateway, a firewall, a sign-in page), or from the endpoint that AWS_ENDPOINT_URL or AWS_ENDPOINT_URL_<service> names.',
    remedy:
      "Let the action reach AWS itself:\nenv:\n  AWS_ENDPOINT_URL: ''\n  AWS_ENDPOINT_URL_ECR: ''\n  AWS_ENDPOINT_URL_STS: ''",
  },
];
