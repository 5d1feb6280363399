import { randomBytes, randomUUID } from 'node:crypto';
import { isSignedWith, readScope, signingTime } from './aws-signature.ts';
import {
  type Fault,
  HttpStandIn,
  type ReceivedRequest,
  type Reply,
  type ServerTls,
} from './http-stand-in.ts';
import { type Identity, makeRoleSession } from './identities.ts';
import { readClaims } from './pod-identity-agent.ts';

export type ServiceName = 'ecr' | 'ecr-public' | 'sts';

/** A call to one of the services, as its request shows it. */
export interface AwsCall {
  service: ServiceName;
  action: string;
  /** The region it was signed for; empty if it is not signed. */
  region: string;
  /** Who signed, if the access key is a known one. */
  signer: Identity | undefined;
  userAgent: string;
  /** The Host header: which endpoint the client meant. */
  host: string;
  /** The parameters, of the JSON body or of the query form. */
  parameters: Record<string, unknown>;
  callerPort: number;
}

/** A password that ECR gave out. It is for all registries of its region, or for ECR Public. */
export interface IssuedPassword {
  region: string;
  password: string;
  /** The authorization token, which holds user and password. */
  token: string;
}

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.1' };
const XML_TYPE = { 'content-type': 'text/xml' };

/** An error of ECR or ECR Public. */
export function ecrError(status: number, code: string, message: string): Reply {
  return { status, headers: JSON_TYPE, body: JSON.stringify({ __type: code, message }) };
}

/** A response of ECR or ECR Public with a body of the test's choice. */
export function ecrReply(body: unknown): Reply {
  return { status: 200, headers: JSON_TYPE, body: JSON.stringify(body) };
}

/** An error of STS. */
export function stsError(status: number, code: string, message: string): Reply {
  const words = message.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${words}</Message></Error>`;
  const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${error}<RequestId>${randomUUID()}</RequestId></ErrorResponse>`;
  return { status, headers: XML_TYPE, body };
}

/** What ECR says if the account's quota for the region is used up. */
export const THROTTLED: Fault = ecrError(400, 'ThrottlingException', 'Rate exceeded');

/** The domain of a region's partition. */
function domainOf(region: string): string {
  const partitions: [RegExp, string][] = [
    [/^cn-/, 'amazonaws.com.cn'],
    [/^eusc-/, 'amazonaws.eu'],
    [/^us-iso-/, 'c2s.ic.gov'],
    [/^us-isob-/, 'sc2s.sgov.gov'],
    [/^eu-isoe-/, 'cloud.adc-e.uk'],
    [/^us-isof-/, 'csp.hci.ic.gov'],
  ];
  return partitions.find(([pattern]) => pattern.test(region))?.[1] ?? 'amazonaws.com';
}

/** The region of a host of any kind of private registry. */
export function regionOfHost(host: string): string | undefined {
  return /^\d{12}\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\./.exec(host.toLowerCase())?.[1];
}

/** Holds for calls of one service, of one region if it is given: says which calls a fault is for. */
export function callsOf(service: ServiceName, region?: string): (request: ReceivedRequest) => boolean {
  return (request) => {
    const call = readCall(request);
    return call.service === service && (region === undefined || call.region === region);
  };
}

function readCall(request: ReceivedRequest): Omit<AwsCall, 'signer'> {
  const body = request.body.toString();
  const { 'user-agent': userAgent = '', host = '', 'x-amz-target': target = '' } = request.headers;
  const shared = {
    region: readScope(request)['region'] ?? '',
    userAgent,
    host,
    callerPort: request.callerPort,
  };
  if (target === '') {
    const parameters = Object.fromEntries(new URLSearchParams(body));
    return { ...shared, service: 'sts', action: parameters['Action'] ?? '', parameters };
  }
  const [prefix = '', action = ''] = String(target).split('.');
  const service = prefix === 'SpencerFrontendService' ? 'ecr-public' : 'ecr';
  return { ...shared, service, action, parameters: JSON.parse(body || '{}') as Record<string, unknown> };
}

/** ECR, ECR Public and STS, of every region, behind one address. */
export class AwsServices extends HttpStandIn {
  readonly identities = new Map<string, Identity>();
  readonly issued: IssuedPassword[] = [];
  /** How long a password lasts, by its region. */
  passwordLifetimeS: (region: string) => number = () => 12 * 3600;
  /** Hears of each password before its caller does. */
  onIssued: (issued: IssuedPassword) => void = () => undefined;
  /** What the response names as the registry of the caller. */
  proxyEndpoint = (accountId: string, region: string): string | Promise<string> =>
    `https://${accountId}.dkr.ecr.${region}.${domainOf(region)}`;

  constructor(tls?: ServerTls) {
    super((request) => this.#respond(request), tls);
  }

  /** Makes a signer known. */
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
    const call = readCall(request);
    const headers = { date: new Date().toUTCString(), 'x-amzn-requestid': randomUUID() };
    // What a service refuses with is thrown.
    const work = call.service === 'sts' ? this.#sts(request, call) : this.#ecr(request, call);
    const reply = await work.catch((refusal: Reply) => refusal);
    return { ...reply, headers: { ...reply.headers, ...headers } };
  }

  /** Who signed the request; throws what the service refuses with if the signature is not right. */
  #signer(request: ReceivedRequest, service: ServiceName): Identity {
    const refuse = service === 'sts' ? stsError : ecrError;
    const scope = readScope(request);
    const identity = this.identities.get(scope['accessKeyId'] ?? '');
    if (identity === undefined || request.headers['x-amz-security-token'] !== identity.sessionToken) {
      throw refuse(
        400,
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      );
    }
    const isLate = Math.abs(Date.now() - signingTime(request)) > 5 * 60_000;
    if (isLate || scope['service'] !== service || !isSignedWith(identity.secretAccessKey, request)) {
      throw refuse(
        403,
        'InvalidSignatureException',
        'The request signature we calculated does not match yours.',
      );
    }
    return identity;
  }

  async #ecr(
    request: ReceivedRequest,
    { service, action, region }: ReturnType<typeof readCall>,
  ): Promise<Reply> {
    const signer = this.#signer(request, service);
    if (action !== 'GetAuthorizationToken') throw ecrError(400, 'UnknownOperationException', action);
    requireAllowed(signer, `${service}:${action}`, '*');
    if (service === 'ecr-public') {
      if (region !== 'us-east-1') throw ecrError(403, 'InvalidSignatureException', 'not in this region');
      requireAllowed(signer, 'sts:GetServiceBearerToken', `arn:aws:sts::${signer.accountId}:*`);
      return ecrReply({ authorizationData: this.#issue('public') });
    }
    const proxyEndpoint = await this.proxyEndpoint(signer.accountId, region);
    return ecrReply({ authorizationData: [{ ...this.#issue(region), proxyEndpoint }] });
  }

  #issue(region: string): { authorizationToken: string; expiresAt: number } {
    const expiresAt = Math.floor(Date.now() / 1000) + this.passwordLifetimeS(region);
    const payload = randomBytes(870).toString('base64');
    const content = {
      payload,
      datakey: randomBytes(184).toString('base64'),
      version: '2',
      expiration: expiresAt,
    };
    const password = Buffer.from(JSON.stringify(content)).toString('base64');
    const token = Buffer.from(`AWS:${password}`).toString('base64');
    this.issued.push({ region, password, token });
    this.onIssued({ region, password, token });
    return { authorizationToken: token, expiresAt };
  }

  async #sts(request: ReceivedRequest, { action, parameters }: ReturnType<typeof readCall>): Promise<Reply> {
    if (action === 'AssumeRoleWithWebIdentity') requireValidToken(String(parameters['WebIdentityToken']));
    else this.#signer(request, 'sts');
    const role = /^arn:[a-z-]+:iam::(\d{12}):role\/([\w-]+)$/.exec(String(parameters['RoleArn']));
    if (role === null) throw stsError(400, 'ValidationError', `Request ARN is invalid, or no ${action}`);
    const [, accountId = '', name = ''] = role;
    const session = makeRoleSession(accountId, name, String(parameters['RoleSessionName']));
    const { accessKeyId, secretAccessKey, sessionToken } = this.addIdentity(session);
    const expiration = new Date(Date.now() + 3600_000).toISOString();
    const credentials = `<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey><SessionToken>${sessionToken}</SessionToken><Expiration>${expiration}</Expiration></Credentials>`;
    const user = `<AssumedRoleUser><AssumedRoleId>AROA:${name}</AssumedRoleId><Arn>${session.arn}</Arn></AssumedRoleUser>`;
    const body = `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${credentials}${user}</${action}Result></${action}Response>`;
    return { status: 200, headers: XML_TYPE, body };
  }
}

function requireAllowed(signer: Identity, action: string, resource: string): void {
  if (!signer.denied.has(action)) return;
  const reason = `because no identity-based policy allows the ${action} action`;
  const message = `User: ${signer.arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
  throw ecrError(400, 'AccessDeniedException', message);
}

function requireValidToken(token: string): void {
  const { exp } = readClaims(token);
  if (exp <= Date.now() / 1000) throw stsError(400, 'ExpiredTokenException', 'Token expired');
}
