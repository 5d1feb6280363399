import { createHash, createHmac } from 'node:crypto';
import type { ReceivedRequest } from './http-stand-in.ts';

/** What a request's Authorization header says of who signed it, and for what. */
export interface CredentialScope {
  accessKeyId: string;
  region: string;
  service: string;
}

interface SignatureHeader extends CredentialScope {
  date: string;
  signedHeaders: string[];
  signature: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

function readHeader(request: ReceivedRequest): SignatureHeader | undefined {
  const found = AUTHORIZATION.exec(request.headers.authorization ?? '');
  if (found === null) {
    return undefined;
  }
  const [, accessKeyId = '', date = '', region = '', service = '', names = '', signature = ''] = found;
  return { accessKeyId, date, region, service, signedHeaders: names.split(';'), signature };
}

/** The scope that a request was signed for, or undefined where it is not signed. */
export function readScope(request: ReceivedRequest): CredentialScope | undefined {
  return readHeader(request);
}

/** The time in the request's `x-amz-date`, in milliseconds of the epoch; NaN where there is none. */
export function signingTime(request: ReceivedRequest): number {
  const text = String(request.headers['x-amz-date'] ?? '');
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

/**
 * Whether a request was signed with this secret key and not changed on its way, by the rules of Signature Version 4
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). Queries are not handled:
 * the services here are called by POST of `/`.
 */
export function isSignedWith(secretAccessKey: string, request: ReceivedRequest): boolean {
  const header = readHeader(request);
  if (header === undefined) {
    return false;
  }
  const canonicalHeaders = header.signedHeaders.map(
    (name) =>
      `${name}:${String(request.headers[name] ?? '')
        .trim()
        .replace(/ +/g, ' ')}\n`,
  );
  const canonicalRequest = [
    request.method,
    request.path,
    '',
    canonicalHeaders.join(''),
    header.signedHeaders.join(';'),
    createHash('sha256').update(request.body).digest('hex'),
  ].join('\n');
  const scope = [header.date, header.region, header.service, 'aws4_request'];
  const hashedRequest = createHash('sha256').update(canonicalRequest).digest('hex');
  const toSign = [
    'AWS4-HMAC-SHA256',
    String(request.headers['x-amz-date']),
    scope.join('/'),
    hashedRequest,
  ].join('\n');
  const key = scope.reduce<Buffer | string>(
    (signingKey, step) => createHmac('sha256', signingKey).update(step).digest(),
    `AWS4${secretAccessKey}`,
  );
  return createHmac('sha256', key).update(toSign).digest('hex') === header.signature;
}
