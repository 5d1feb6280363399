import { readFile } from 'node:fs/promises';
import { type Environment, variable } from '../runner/environment.ts';
import { singleLine } from '../runner/safe-text.ts';
import { POD_IDENTITY_AUDIENCE, readClaims, type ServiceAccountClaims } from './token-claims.ts';

/** Where the credentials of a container are asked for. */
export type ContainerSource = {
  /** The variable that the address comes from. */
  readonly variable: 'AWS_CONTAINER_CREDENTIALS_FULL_URI' | 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
  /** As it is written; it may be no URL at all. */
  readonly uri: string;
  readonly tokenFile: string | undefined;
  /** The token itself, where it stands in the environment. A file goes before it. */
  readonly token: string | undefined;
};

/** The host of ECS, which the relative URI belongs to. */
const ECS_HOST = 'http://169.254.170.2';

/**
 * What `fromHttp` asks with this environment; undefined where nothing is set. Where both variables are set it takes
 * the relative one (@aws-sdk/credential-provider-http 3.972).
 */
export function containerSource(environment: Environment): ContainerSource | undefined {
  const relative = variable(environment, 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI');
  const full = variable(environment, 'AWS_CONTAINER_CREDENTIALS_FULL_URI');
  const token = {
    tokenFile: variable(environment, 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'),
    token: variable(environment, 'AWS_CONTAINER_AUTHORIZATION_TOKEN'),
  };
  if (relative !== undefined) {
    return { variable: 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', uri: `${ECS_HOST}${relative}`, ...token };
  }
  return full === undefined
    ? undefined
    : { variable: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', uri: full, ...token };
}

/** The token as it is now; undefined where there is none, or none to be read. */
export async function readToken({ tokenFile, token }: ContainerSource): Promise<string | undefined> {
  if (tokenFile === undefined) return token;
  try {
    return await readFile(tokenFile, 'utf8');
  } catch {
    return undefined;
  }
}

/** The claims of the token as it is now. */
export async function currentClaims(source: ContainerSource): Promise<ServiceAccountClaims | undefined> {
  return readClaims((await readToken(source)) ?? '');
}

/**
 * Names the identity whose credentials this source returns. EKS Pod Identity is told by its token or by its addresses
 * (https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html); the same variables serve ECS and others.
 */
export function containerIdentity(
  { variable: origin, uri }: ContainerSource,
  claims: ServiceAccountClaims | undefined,
): string {
  const hasToken = claims?.audiences.includes(POD_IDENTITY_AUDIENCE) === true;
  const isPodIdentity =
    (hasToken && origin === 'AWS_CONTAINER_CREDENTIALS_FULL_URI') ||
    /^http:\/\/(?:169\.254\.170\.23|\[fd00:ec2::23\])(?:[:/]|$)/i.test(uri);
  if (!isPodIdentity) return `the container credentials endpoint ${singleLine(uri)}`;
  return claims?.serviceAccount === undefined
    ? 'EKS Pod Identity'
    : `EKS Pod Identity, service account ${claims.namespace}/${claims.serviceAccount}`;
}
