import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { fromHttp } from '@aws-sdk/credential-provider-http';
import { readText } from '../files/file-system.ts';
import * as log from '../runner/log.ts';
import { LONGEST_RESPONSE } from './http.ts';
import { type Claims, POD_IDENTITY_AUDIENCE, readClaims } from './service-account-token.ts';

/** Where a container gets its credentials from, as the variables say. */
export type ContainerEndpoint = {
  uri: string;
  tokenFile: string | undefined;
  /** The token itself. A file takes precedence. */
  token: string | undefined;
  /** What its token says; undefined without a token that can be read. */
  claims: Claims | undefined;
  /** Whether it is that of EKS Pod Identity. ECS and others set the same variables. */
  isEks: boolean;
};

const AGENT_URI = /^http:\/\/(?:169\.254\.170\.23|\[fd00:ec2::23\])(?:[:/]|$)/i;

/** Undefined if AWS_CONTAINER_CREDENTIALS_FULL_URI is not set. */
export async function containerEndpoint(env = process.env) {
  const uri = env['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  if (uri === undefined) return undefined;

  const tokenFile = env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
  const token = env['AWS_CONTAINER_AUTHORIZATION_TOKEN'];
  const readable = await readToken({ tokenFile, token }).catch(() => undefined);
  const claims = readClaims(readable);

  const isForAgent = claims?.audiences.includes(POD_IDENTITY_AUDIENCE) === true;
  return {
    uri,
    tokenFile,
    token,
    claims,
    isEks: isForAgent || AGENT_URI.test(uri),
  };
}

/** How the log names the identity. */
export function identityOf({ uri, claims, isEks }: ContainerEndpoint) {
  if (!isEks) return `the container credentials endpoint ${uri}`;

  return claims?.serviceAccount === undefined
    ? 'EKS Pod Identity'
    : `EKS Pod Identity, service account ${claims.namespace}/${claims.serviceAccount}`;
}

/** Read at each use: Kubernetes replaces the token while a job runs. */
async function readToken({ tokenFile, token }: Pick<ContainerEndpoint, 'tokenFile' | 'token'>) {
  const current = tokenFile === undefined ? token : await readText(tokenFile);

  log.hide(current);
  return current;
}

/** Any answer but credentials. */
export class AnswerError extends Error {
  readonly status: number;
  readonly text: string;

  constructor(status: number, text: string) {
    const words = text === '' ? ' without a message' : `: ${text}`;

    super(`responded with HTTP ${status}${words}`);
    this.status = status;
    this.text = text;
  }
}

/**
 * Asks for credentials, once. The endpoint is asked by a request of our own first: the SDK's
 * provider drops the words of a refusal. Once it has answered with credentials, the provider takes
 * them; the agent has them in its cache. The provider is made first, since it refuses addresses
 * that the SDK does not allow: the token must not go there.
 * Throws an AnswerError if it refuses.
 */
export async function requestCredentials(endpoint: ContainerEndpoint, signal: AbortSignal) {
  const provider = fromHttp({
    awsContainerCredentialsFullUri: endpoint.uri,
    awsContainerCredentialsRelativeUri: '',
    maxRetries: 0,
    // Its own timeout only warns; the deadline is set around it.
    timeout: 3_600_000,
  });

  await requireOk(new URL(endpoint.uri), await readToken(endpoint), signal);
  return provider();
}

/** Throws an AnswerError for any status but 200. An answer with credentials has to have an end. */
async function requireOk(url: URL, token: string | undefined, signal: AbortSignal) {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = token === undefined ? {} : { authorization: token };
  const sent = request(url, { headers, signal }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];

  const { statusCode = 0 } = response;
  let body = '';
  for await (const chunk of response) {
    body += chunk;
    if (body.length > LONGEST_RESPONSE) break;
  }

  if (statusCode !== 200) throw new AnswerError(statusCode, log.singleLine(body));
  if (body.length > LONGEST_RESPONSE) throw new Error('the response is longer than 1 MB');
}
