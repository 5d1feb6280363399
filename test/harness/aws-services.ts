import { randomUUID } from 'node:crypto';
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import { isSignedWith, readScope, signingTime } from './aws-signature.ts';
import { answerEcr, answerEcrPublic, type IssuedPassword, type PrivateRegistry, registryUrl } from './ecr.ts';
import { type Fault, answer as faultAnswer } from './faults.ts';
import { HttpStandIn, type ReceivedRequest, type Reply } from './http-stand-in.ts';
import type { Identity } from './identities.ts';
import { ServiceError } from './service-error.ts';
import { answerSts } from './sts.ts';

export type ServiceName = 'ecr' | 'ecr-public' | 'sts';

/** A call to one of the services, as its request shows it. */
export interface AwsCall {
  service: ServiceName;
  action: string;
  /** The region it was signed for; empty where it is not signed. */
  region: string;
  /** The accounts whose registries were asked for; undefined where none were named. */
  registryIds?: string[];
  /** Who signed, where the access key is a known one. */
  signer?: Identity;
  userAgent: string;
  /** The Host header: which endpoint the client meant. */
  host: string;
  /** The parameters, of the JSON body or of the query form. */
  parameters: Record<string, unknown>;
  callerPort: number;
}

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.1' };

function jsonErrorBody(code: string, message: string): string {
  return JSON.stringify({ __type: code, message });
}

function xmlErrorBody(code: string, message: string): string {
  const text = message.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${text}</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`;
}

/** A fault of ECR or ECR Public. */
export function ecrError(status: number, code: string, message: string): Fault {
  return faultAnswer(status, jsonErrorBody(code, message), JSON_TYPE);
}

/** A success of ECR or ECR Public with a body of the test's choice. */
export function ecrReply(body: unknown): Fault {
  return faultAnswer(200, JSON.stringify(body), JSON_TYPE);
}

/** A fault of STS. */
export function stsError(status: number, code: string, message: string): Fault {
  return faultAnswer(status, xmlErrorBody(code, message), { 'content-type': 'text/xml' });
}

/** What ECR says when the account's quota for the region is used up. */
export function throttled(): Fault {
  return ecrError(400, 'ThrottlingException', 'Rate exceeded');
}

const TARGETS: Record<string, ServiceName> = {
  AmazonEC2ContainerRegistry_V20150921: 'ecr',
  SpencerFrontendService: 'ecr-public',
};

/** Reads what a request asks for. */
export function readCall(request: ReceivedRequest): Omit<AwsCall, 'signer'> {
  const text = request.body.toString();
  const shared = {
    region: readScope(request)?.region ?? '',
    userAgent: request.headers['user-agent'] ?? '',
    host: request.headers.host ?? '',
    callerPort: request.callerPort,
  };
  const target = String(request.headers['x-amz-target'] ?? '');
  if (target === '') {
    const parameters = Object.fromEntries(new URLSearchParams(text));
    return { ...shared, service: 'sts', action: parameters['Action'] ?? '', parameters };
  }
  const [prefix = '', action = ''] = target.split('.');
  const parameters = JSON.parse(text === '' ? '{}' : text) as Record<string, unknown>;
  const call = { ...shared, service: TARGETS[prefix] ?? 'ecr', action, parameters };
  const registryIds = parameters['registryIds'];
  return Array.isArray(registryIds) ? { ...call, registryIds: registryIds.map(String) } : call;
}

/** Holds for calls of one service, of one region where it is given: says which calls a fault is for. */
export function callsOf(service: ServiceName, region?: string): (request: ReceivedRequest) => boolean {
  return (request) => {
    const call = readCall(request);
    return call.service === service && (region === undefined || call.region === region);
  };
}

/** ECR, ECR Public and STS, of every region, behind one address. */
export class AwsServices extends HttpStandIn {
  readonly identities = new Map<string, Identity>();
  readonly issued: IssuedPassword[] = [];
  /** How far this clock is ahead of the machine's. */
  clockOffsetMs = 0;
  /** How long a password given out lasts. */
  passwordLifetimeSeconds: (registry: PrivateRegistry) => number = () => 12 * 3600;
  /** Hears of each password before its caller does. */
  onIssued: (issued: IssuedPassword) => void = () => undefined;
  /** What the reply names as a registry's address. */
  proxyEndpoint: (registry: PrivateRegistry) => string | Promise<string> = registryUrl;

  constructor(tls?: TlsOptions & SecureContextOptions) {
    super((request) => this.#answer(request), tls);
  }

  /** Makes a signer known. */
  addIdentity(identity: Identity): Identity {
    this.identities.set(identity.accessKeyId, identity);
    return identity;
  }

  /** Every call so far, those that met a fault included. */
  get calls(): AwsCall[] {
    return this.requests.map((request) => {
      const signer = this.identities.get(readScope(request)?.accessKeyId ?? '');
      return signer === undefined ? readCall(request) : { ...readCall(request), signer };
    });
  }

  async #answer(request: ReceivedRequest): Promise<Reply> {
    const date = new Date(this.now()).toUTCString();
    const call = readCall(request);
    try {
      const reply = await this.#serve(request, call);
      return { ...reply, headers: { ...reply.headers, date, 'x-amzn-requestid': randomUUID() } };
    } catch (error) {
      const { status, code, message } = error instanceof ServiceError ? error : internalFailure(error);
      const isQuery = call.service === 'sts';
      const body = isQuery ? xmlErrorBody(code, message) : jsonErrorBody(code, message);
      const type = isQuery ? { 'content-type': 'text/xml' } : JSON_TYPE;
      return { status, body, headers: { ...type, date, 'x-amzn-requestid': randomUUID() } };
    }
  }

  /** The time by the services' clock, in milliseconds of the epoch. */
  now(): number {
    return Date.now() + this.clockOffsetMs;
  }

  async #serve(request: ReceivedRequest, call: AwsCall): Promise<Reply> {
    if (call.service === 'sts') {
      return answerSts(call, this, () => this.#signer(request, 'sts'));
    }
    const signer = this.#signer(request, call.service);
    const value =
      call.service === 'ecr' ? await answerEcr(call, signer, this) : answerEcrPublic(call, signer, this);
    return { status: 200, headers: JSON_TYPE, body: JSON.stringify(value) };
  }

  #signer(request: ReceivedRequest, service: ServiceName): Identity {
    const scope = readScope(request);
    const identity = this.identities.get(scope?.accessKeyId ?? '');
    const token = request.headers['x-amz-security-token'];
    if (identity === undefined || token !== identity.sessionToken) {
      const message = 'The security token included in the request is invalid.';
      throw service === 'sts'
        ? new ServiceError(403, 'InvalidClientTokenId', message)
        : new ServiceError(400, 'UnrecognizedClientException', message);
    }
    const code = service === 'sts' ? 'SignatureDoesNotMatch' : 'InvalidSignatureException';
    const late = this.now() - signingTime(request);
    if (Math.abs(late) > 5 * 60_000) {
      const [sent, now] = [signingTime(request), this.now()].map((time) =>
        new Date(time).toISOString().replace(/[-:]|\.\d+/g, ''),
      );
      const direction = late > 0 ? 'Signature expired' : 'Signature not yet current';
      const relation = late > 0 ? 'earlier' : 'later';
      throw new ServiceError(
        403,
        code,
        `${direction}: ${sent} is now ${relation} than ${now} (${now} 5 min.)`,
      );
    }
    if (scope?.service !== service || !isSignedWith(identity.secretAccessKey, request)) {
      const message =
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
      throw new ServiceError(403, code, message);
    }
    return identity;
  }
}

function internalFailure(error: unknown): ServiceError {
  return new ServiceError(500, 'ServerException', `the stand-in failed: ${String(error)}`);
}
