import { randomBytes, randomUUID } from 'node:crypto';
import { isSignedWith, readScope } from './aws-signature.ts';
import {
  HttpStandIn,
  type ReceivedRequest,
  type Reply,
  type ServerTls,
  text,
} from './http-stand-in.ts';
import { type Identity, makeRoleSession } from './identities.ts';

export type ServiceName = 'ecr' | 'ecr-public' | 'sts';

/**
 * A password that ECR issued. It is valid for all registries of `region`, which is `public` for ECR
 * Public.
 */
export interface IssuedPassword {
  region: string;
  password: string;
  token: string;
}

export function ecrError(status: number, code: string, message: string) {
  return ecrReply({ __type: code, message }, status);
}

/** The response of ECR if the role of the pod lacks a permission. */
export function denied(action: string) {
  const principal = 'arn:aws:sts::123456789012:assumed-role/pod-role/eks-cluster-runner-abcde';
  const words = `User: ${principal} is not authorized to perform: ${action} on resource: *`;

  return ecrError(400, 'AccessDeniedException', words);
}

export function ecrReply(body: unknown, status = 200) {
  return text(status, JSON.stringify(body), { 'content-type': 'application/x-amz-json-1.1' });
}

/** XML elements, by their names. */
function xml(elements: Record<string, string | undefined>) {
  return Object.entries(elements)
    .map(([name, content]) => `<${name}>${content}</${name}>`)
    .join('');
}

function xmlReply(status: number, root: string, content: string) {
  const body = `<${root} xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${content}</${root}>`;

  return text(status, body, { 'content-type': 'text/xml' });
}

export function stsError(status: number, code: string, message: string) {
  const words = message.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  const error = xml({ Type: 'Sender', Code: code, Message: words });

  return xmlReply(status, 'ErrorResponse', xml({ Error: error, RequestId: randomUUID() }));
}

/** The response of ECR if the account's quota for the region is used up. */
export const THROTTLED = ecrError(400, 'ThrottlingException', 'Rate exceeded');

/** The host of the private registry of an account in a region. */
export function ecrHost(accountId: string, region = 'eu-west-1') {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';

  return `${accountId}.dkr.ecr.${region}.${suffix}`;
}

/** The region in the host of a private registry of any kind. */
export function regionOfHost(host: string): string | undefined {
  return /^\d{12}\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\./.exec(host.toLowerCase())?.[1];
}

/** Limits a fault to the calls of one service and, if a region is given, of that region. */
export function callsOf(service: ServiceName, region?: string) {
  return (request: ReceivedRequest) => {
    const call = readCall(request);

    return call.service === service && (region === undefined || call.region === region);
  };
}

/** What a request says of a call. The region is empty if the request is not signed. */
function readCall(request: ReceivedRequest) {
  const { 'user-agent': userAgent = '', host = '' } = request.headers;
  const { region = '' } = readScope(request);

  return { region, userAgent, host, service: serviceOf(request) };
}

function serviceOf({ headers }: ReceivedRequest): ServiceName {
  const target = headers['x-amz-target'];
  if (target === undefined) return 'sts';

  return String(target).startsWith('SpencerFrontendService.') ? 'ecr-public' : 'ecr';
}

/** ECR, ECR Public and STS, of every region, behind one address. */
export class AwsServices extends HttpStandIn {
  identities = new Map<string, Identity>();
  issued: IssuedPassword[] = [];
  /** Is called with each password, before the caller of ECR gets the password. */
  onIssued = (_issued: IssuedPassword) => {};
  /** The registry that ECR names in its response. */
  proxyEndpoint = (accountId: string, region: string): string | Promise<string> => {
    return `https://${ecrHost(accountId, region)}`;
  };

  constructor(tls?: ServerTls) {
    super((request) => this.#respond(request), tls);
  }

  addIdentity(identity: Identity) {
    this.identities.set(identity.accessKeyId, identity);
    return identity;
  }

  /** All calls so far, including calls that met a fault. */
  get calls() {
    return this.requests.map((request) => {
      const signer = this.identities.get(readScope(request)['accessKeyId'] ?? '');

      return { ...readCall(request), signer };
    });
  }

  async #respond(request: ReceivedRequest) {
    const { service, region } = readCall(request);
    const work = service === 'sts' ? this.#sts(request) : this.#ecr(request, service, region);

    // A service throws its refusal.
    const reply = await work.catch((refusal: Reply) => refusal);
    return { ...reply, headers: { ...reply.headers, 'x-amzn-requestid': randomUUID() } };
  }

  /** The identity that signed the request. Throws the refusal if the signature is wrong. */
  #signer(request: ReceivedRequest, service: ServiceName) {
    const refuse = service === 'sts' ? stsError : ecrError;
    const scope = readScope(request);
    const sessionToken = request.headers['x-amz-security-token'];

    const identity = this.identities.get(scope['accessKeyId'] ?? '');
    if (identity === undefined || sessionToken !== identity.sessionToken) {
      const words = 'The security token included in the request is invalid.';
      throw refuse(400, 'UnrecognizedClientException', words);
    }

    if (scope['service'] !== service || !isSignedWith(identity.secretAccessKey, request)) {
      const words = 'The request signature we calculated does not match yours.';
      throw refuse(403, 'InvalidSignatureException', words);
    }

    return identity;
  }

  async #ecr(request: ReceivedRequest, service: ServiceName, region: string) {
    const signer = this.#signer(request, service);

    if (service === 'ecr-public') {
      if (region !== 'us-east-1') {
        throw ecrError(403, 'InvalidSignatureException', 'not in this region');
      }
      return ecrReply({ authorizationData: this.#issue('public') });
    }

    const proxyEndpoint = await this.proxyEndpoint(signer.accountId, region);
    return ecrReply({ authorizationData: [{ ...this.#issue(region), proxyEndpoint }] });
  }

  #issue(region: string) {
    // A real password has this length.
    const payload = randomBytes(1100).toString('base64');
    const password = Buffer.from(JSON.stringify({ payload, version: '2' })).toString('base64');
    const token = Buffer.from(`AWS:${password}`).toString('base64');

    const issued = { region, password, token };
    this.issued.push(issued);
    this.onIssued(issued);

    const now = Math.floor(Date.now() / 1000);
    return { authorizationToken: token, expiresAt: now + 12 * 3600 };
  }

  async #sts(request: ReceivedRequest) {
    const parameters = new URLSearchParams(request.body.toString());
    const action = parameters.get('Action') ?? '';
    if (action !== 'AssumeRoleWithWebIdentity') this.#signer(request, 'sts');

    const role = /^arn:[a-z-]+:iam::(\d{12}):role\/([\w-]+)$/.exec(parameters.get('RoleArn') ?? '');
    if (role === null) throw stsError(400, 'ValidationError', 'Request ARN is invalid');

    const [, accountId = '', name = ''] = role;
    const sessionName = parameters.get('RoleSessionName') ?? '';
    const session = this.addIdentity(makeRoleSession(accountId, name, sessionName));

    const credentials = xml({
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: new Date(Date.now() + 3600_000).toISOString(),
    });
    const user = xml({ AssumedRoleId: `AROA:${name}`, Arn: session.arn });
    const result = xml({ Credentials: credentials, AssumedRoleUser: user });

    return xmlReply(200, `${action}Response`, xml({ [`${action}Result`]: result }));
  }
}
