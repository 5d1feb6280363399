import { type KnownError, NO_CONNECTION, VPC_ENDPOINT } from './known-error.ts';

/** The same in the words of the clients, which are written in Go. */
const NO_CONNECTION_OF_CLIENT = [
  /no such host|server misbehaving|name resolution|getaddrinfow/,
  /connection re(?:fused|set)|actively refused/,
  /no route to host|unreachable (?:network|host)|network is unreachable/,
  /i\/o timeout|handshake timeout|deadline exceeded|Client\.Timeout|timed out/,
  /did not properly respond|forcibly closed|broken pipe|\bEOF\b/,
];

export const ECR: KnownError[] = [
  {
    id: 'account-not-allowed',
    cause: `The workflow expects other credentials than these, or a custom endpoint
      (AWS_ENDPOINT_URL) does not name the account. No login was made. The log above says why
      these credentials are used.`,
    remedy: `Use other credentials, or add the account to 'allowed-account-ids'.`,
  },

  {
    id: 'region-missing',
    cause: `The default registry, and registries given by account ID, need a region.`,
    remedy: `Set input 'aws-region', or give each registry by its host.`,
  },

  {
    id: 'clock',
    areas: ['ecr', 'credentials'],
    patterns: [/Signature expired|Signature not yet current/],

    cause: `The clock of this machine is wrong by more than five minutes.`,
    remedy: `Synchronize the clock with NTP.`,
    commands: ['date -u; chronyc tracking'],
  },

  {
    id: 'keys-invalid',
    areas: ['ecr', 'credentials'],
    patterns: [
      /security token included|UnrecognizedClientException/,
      /InvalidClientTokenId/,
      /InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature/,
    ],

    cause: `The credentials have expired. Or the access key was deleted or mistyped, lacks its
      session token, or belongs to another partition.`,
    remedy: `Get new credentials right before this step. Set AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY and, for temporary keys, AWS_SESSION_TOKEN together.`,
    commands: ['aws sts get-caller-identity --region <region>'],
  },

  {
    id: 'ecr-throttled',
    areas: ['ecr', 'client'],
    patterns: [
      /ThrottlingException|Rate exceeded/i,
      /Too ?Many ?Requests|status(?: ?code)?:? 429\b/i,
    ],

    cause: `All callers of an account share the quota of a region: 500 tokens a second, or 200
      for ECR Public.`,
    remedy: `Run the job again. If it still fails, start the runners at different times, or
      request a higher quota in Service Quotas.`,
  },

  {
    id: 'certificate',
    areas: ['ecr', 'credentials', 'client'],
    patterns: [
      /self-signed certificate|unable to (?:verify|get) |altnames|x509: |CERT_/,
      /certificate (?:has expired|is not yet valid)/,
      /wrong version number|packet length too long|ERR_TLS/,
    ],

    cause: `A proxy inspects TLS with a private certificate authority, another server answers
      under this name, or the clock of this machine is wrong.`,
    remedy: `Look at the certificate. If a private authority signed it, name its file in
      NODE_EXTRA_CA_CERTS for this action, and in SSL_CERT_FILE for the client. A Docker daemon
      reads /etc/docker/certs.d/<registry>/ca.crt.`,
    commands: [
      `openssl s_client -connect <host>:443 </dev/null |
        openssl x509 -noout -subject -issuer -dates`,
    ],
  },

  {
    id: 'ecr-unreachable',
    areas: ['ecr', 'client'],
    patterns: [...NO_CONNECTION, ...NO_CONNECTION_OF_CLIENT],

    cause: `This runner cannot reach Amazon ECR in <region>. The region is wrong, DNS or the
      route fails, or the endpoint does not exist: ECR Public has no FIPS endpoint.`,
    remedy: `Check the region and AWS_USE_FIPS_ENDPOINT. A subnet without internet access needs
      the VPC endpoints ecr.api, ecr.dkr (port 443 open to the runner) and s3 (a gateway). ECR
      Public needs a NAT gateway or a proxy.`,
    commands: [`${VPC_ENDPOINT}.ecr.<endpoint>`],
  },
];
