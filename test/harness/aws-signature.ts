import { createHash, createHmac } from 'node:crypto';
import type { ReceivedRequest } from './http-stand-in.ts';

const SCOPE = '(?<date>\\d{8})/(?<region>[^/]+)/(?<service>[^/]+)/aws4_request';
const AUTHORIZATION = new RegExp(
  `^AWS4-HMAC-SHA256 Credential=(?<accessKeyId>[^/]+)/${SCOPE}, ?` +
    'SignedHeaders=(?<names>[^,]+), ?Signature=(?<signature>[0-9a-f]{64})$',
);

/** The key, the date, the region and the service of a signature. Empty if there is no signature. */
export function readScope({ headers }: ReceivedRequest): Record<string, string> {
  return AUTHORIZATION.exec(headers.authorization ?? '')?.groups ?? {};
}

/**
 * Whether a request, which has no query, was signed with this secret key and then not changed. The
 * rules are those of Signature Version 4
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
export function isSignedWith(secretAccessKey: string, request: ReceivedRequest) {
  const { date = '', region = '', service = '', names = '', signature } = readScope(request);

  const headers = names.split(';').map((name) => {
    const value = String(request.headers[name] ?? '').trim();
    return `${name}:${value.replace(/ +/g, ' ')}\n`;
  });
  const { method, path, body } = request;
  const canonical = [method, path, '', headers.join(''), names, sha256(body)].join('\n');

  const scope = [date, region, service, 'aws4_request'];
  const signed = [
    'AWS4-HMAC-SHA256',
    request.headers['x-amz-date'],
    scope.join('/'),
    sha256(canonical),
  ];

  let key: string | Buffer = `AWS4${secretAccessKey}`;
  for (const part of scope) key = hmac(key, part);
  return hmac(key, signed.join('\n')).toString('hex') === signature;
}

function sha256(content: string | Buffer) {
  return createHash('sha256').update(content).digest('hex');
}

function hmac(key: string | Buffer, content: string) {
  return createHmac('sha256', key).update(content).digest();
}
