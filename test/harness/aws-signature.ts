import { createHash, createHmac } from 'node:crypto';
import type { ReceivedRequest } from './http-stand-in.ts';

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(?<accessKeyId>[^/]+)\/(?<date>\d{8})\/(?<region>[^/]+)\/(?<service>[^/]+)\/aws4_request, ?SignedHeaders=(?<names>[^,]+), ?Signature=(?<signature>[0-9a-f]{64})$/;

/** Who signed a request, and for what; empty if it is not signed. */
export function readScope({ headers }: ReceivedRequest): Record<string, string> {
  return AUTHORIZATION.exec(headers.authorization ?? '')?.groups ?? {};
}

/**
 * Whether a request was signed with this secret key and not changed on its way, by the rules of Signature Version 4
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). Without queries.
 */
export function isSignedWith(secretAccessKey: string, request: ReceivedRequest): boolean {
  const { date = '', region = '', service = '', names = '', signature } = readScope(request);
  const headers = names.split(';').map((name) => {
    const value = String(request.headers[name] ?? '').trim();
    return `${name}:${value.replace(/ +/g, ' ')}\n`;
  });
  const sha256 = (content: string | Buffer): string =>
    createHash('sha256').update(content).digest('hex');
  const { method, path, body } = request;
  const canonical = [method, path, '', headers.join(''), names, sha256(body)].join('\n');
  const scope = [date, region, service, 'aws4_request'];
  const signed = [
    'AWS4-HMAC-SHA256',
    request.headers['x-amz-date'],
    scope.join('/'),
    sha256(canonical),
  ];
  const key = scope.reduce<Buffer | string>(
    (signingKey, part) => createHmac('sha256', signingKey).update(part).digest(),
    `AWS4${secretAccessKey}`,
  );
  return createHmac('sha256', key).update(signed.join('\n')).digest('hex') === signature;
}
