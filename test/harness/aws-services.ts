import { randomBytes, randomUUID } from 'node:crypto';
import { isSignedWith, readScope } from './aws-signature.ts';
import { HttpStandIn, type ReceivedRequest, type Reply, type ServerTls } from './http-stand-in.ts';
import { type Identity, makeRoleSession } from './identities.ts';

export type ServiceName = 'ecr' | 'ecr-public' | 'sts';

/** A call to one of the services, as its request shows it. */
export interface AwsCall {
  service: ServiceName;
  /** Empty if it is not signed. */
  region: string;
  signer: Identity | undefined;
  userAgent: string;
  /** The Host header: which endpoint the client meant. */
  host: string;
}

/** A password that ECR gave out. It is for all registries of its region, or for ECR Public. */
export interface IssuedPassword {
  region: string;
  password: string;
  token: string;
}

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.1' };
const XML_TYPE = { 'content-type': 'text/xml' };

export function ecrError(status: number, code: string, message: string): Reply {
  return { status, headers: JSON_TYPE, body: JSON.stringify({ __type: code, message }) };
}

/** How ECR refuses the role of the pod. */
export function denied(action: string): Reply {
  const principal = 'arn:aws:sts::123456789012:assumed-role/pod-role/eks-cluster-runner-abcde';
  const words = `User: ${principal} is not authorized to perform: ${action} on resource: *`;
  return ecrError(400, 'AccessDeniedException', words);
}

export function ecrReply(body: unknown): Reply {
  return { status: 200, headers: JSON_TYPE, body: JSON.stringify(body) };
}

export function stsError(status: number, code: string, message: string): Reply {
  const words = message.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${words}</Message></Error>`;
  const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${error}<RequestId>${randomUUID()}</RequestId></ErrorResponse>`;
  return { status, headers: XML_TYPE, body };
}

/** What ECR says if the account's quota for the region is used up. */
export const THROTTLED = ecrError(400, 'ThrottlingException', 'Rate exceeded');

/** The region of a host of any kind of private registry. */
export function regionOfHost(host: string): string | undefined {
  return /^\d{12}\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\./.exec(host.toLowerCase())?.[1];
}

/** Holds for calls of one service, of one region if it is given: says which calls a fault is for. */
export function callsOf(
  service: ServiceName,
  region?: string,
): (request: ReceivedRequest) => boolean {
  return (request) => {
    const call = readCall(request);
    return call.service === service && (region === undefined || call.region === region);
  };
}

function readCall(request: ReceivedRequest): Omit<AwsCall, 'signer'> {
  const { 'user-agent': userAgent = '', host = '', 'x-amz-target': target = '' } = request.headers;
  const ofTarget = String(target).startsWith('SpencerFrontendService.') ? 'ecr-public' : 'ecr';
  const service = target === '' ? 'sts' : ofTarget;
  return { region: readScope(request)['region'] ?? '', userAgent, host, service };
}

/** ECR, ECR Public and STS, of every region, behind one address. */
export class AwsServices extends HttpStandIn {
  readonly identities = new Map<string, Identity>();
  readonly issued: IssuedPassword[] = [];
  /** Hears of each password before its caller does. */
  onIssued: (issued: IssuedPassword) => void = () => undefined;
  /** What the response names as the registry of the caller. */
  proxyEndpoint = (accountId: string, region: string): string | Promise<string> =>
    `https://${accountId}.dkr.ecr.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

  constructor(tls?: ServerTls) {
    super((request) => this.#respond(request), tls);
  }

  addIdentity(identity: Identity): Identity {
    this.identities.set(identity.accessKeyId, identity);
    return identity;
  }

  /** Every call so far, also those that met a fault. */
  get calls(): AwsCall[] {
    return this.requests.map((request) => {
      const signer = this.identities.get(readScope(request)['accessKeyId'] ?? '');
      return { ...readCall(request), signer };
    });
  }

  async #respond(request: ReceivedRequest): Promise<Reply> {
    const { service, region } = readCall(request);
    // What a service refuses with is thrown.
    const work = service === 'sts' ? this.#sts(request) : this.#ecr(request, service, region);
    const reply = await work.catch((refusal: Reply) => refusal);
    return { ...reply, headers: { ...reply.headers, 'x-amzn-requestid': randomUUID() } };
  }

  /** Who signed the request; throws what the service refuses with if the signature is not right. */
  #signer(request: ReceivedRequest, service: ServiceName): Identity {
    const refuse = service === 'sts' ? stsError : ecrError;
    const scope = readScope(request);
    const identity = this.identities.get(scope['accessKeyId'] ?? '');
    if (
      identity === undefined ||
      request.headers['x-amz-security-token'] !== identity.sessionToken
    ) {
      const words = 'The security token included in the request is invalid.';
      throw refuse(400, 'UnrecognizedClientException', words);
    }
    if (scope['service'] !== service || !isSignedWith(identity.secretAccessKey, request)) {
      const words = 'The request signature we calculated does not match yours.';
      throw refuse(403, 'InvalidSignatureException', words);
    }
    return identity;
  }

  async #ecr(request: ReceivedRequest, service: ServiceName, region: string): Promise<Reply> {
    const signer = this.#signer(request, service);
    if (service === 'ecr-public') {
      if (region !== 'us-east-1')
        throw ecrError(403, 'InvalidSignatureException', 'not in this region');
      return ecrReply({ authorizationData: this.#issue('public') });
    }
    const proxyEndpoint = await this.proxyEndpoint(signer.accountId, region);
    return ecrReply({ authorizationData: [{ ...this.#issue(region), proxyEndpoint }] });
  }

  #issue(region: string): { authorizationToken: string; expiresAt: number } {
    const expiresAt = Math.floor(Date.now() / 1000) + 12 * 3600;
    // As long as a real one.
    const payload = randomBytes(1100).toString('base64');
    const password = Buffer.from(JSON.stringify({ payload, version: '2' })).toString('base64');
    const token = Buffer.from(`AWS:${password}`).toString('base64');
    this.issued.push({ region, password, token });
    this.onIssued({ region, password, token });
    return { authorizationToken: token, expiresAt };
  }

  async #sts(request: ReceivedRequest): Promise<Reply> {
    const parameters = new URLSearchParams(request.body.toString());
    const action = parameters.get('Action') ?? '';
    if (action !== 'AssumeRoleWithWebIdentity') this.#signer(request, 'sts');
    const role = /^arn:[a-z-]+:iam::(\d{12}):role\/([\w-]+)$/.exec(parameters.get('RoleArn') ?? '');
    if (role === null) throw stsError(400, 'ValidationError', 'Request ARN is invalid');
    const [, accountId = '', name = ''] = role;
    const session = makeRoleSession(accountId, name, parameters.get('RoleSessionName') ?? '');
    const { accessKeyId, secretAccessKey, sessionToken } = this.addIdentity(session);
    const expiration = new Date(Date.now() + 3600_000).toISOString();
    const credentials = `<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey><SessionToken>${sessionToken}</SessionToken><Expiration>${expiration}</Expiration></Credentials>`;
    const user = `<AssumedRoleUser><AssumedRoleId>AROA:${name}</AssumedRoleId><Arn>${session.arn}</Arn></AssumedRoleUser>`;
    const body = `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${credentials}${user}</${action}Result></${action}Response>`;
    return { status: 200, headers: XML_TYPE, body };
  }
}
