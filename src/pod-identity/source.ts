import { readFile } from 'node:fs/promises';
import { type Environment, variable } from '../runner/environment.ts';
import { singleLine } from '../runner/safe-text.ts';
import { POD_IDENTITY_AUDIENCE, readClaims, type ServiceAccountClaims } from './token-claims.ts';

/** Where a container gets its credentials from. */
export type ContainerSource = {
  /** The variable that contains the address. */
  readonly variable: 'AWS_CONTAINER_CREDENTIALS_FULL_URI' | 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
  /** As it is written; it may not be a valid URL. */
  readonly uri: string;
  readonly tokenFile: string | undefined;
  /** The token, if the environment contains it. A file takes precedence. */
  readonly token: string | undefined;
};

/** The endpoint of ECS, which a relative URI is for. */
const ECS_HOST = 'http://169.254.170.2';

/**
 * The source that `fromHttp` uses in this environment; undefined if there is none. If both variables are set, the relative
 * URI takes precedence (@aws-sdk/credential-provider-http 3.972).
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

/**
 * The source if the variable of EKS Pod Identity is set; undefined otherwise: a relative URI alone is for the SDK's default
 * chain.
 */
export function podIdentitySource(environment: Environment): ContainerSource | undefined {
  const full = variable(environment, 'AWS_CONTAINER_CREDENTIALS_FULL_URI');
  return full === undefined ? undefined : containerSource(environment);
}

/** Reads the current token; undefined if there is none, or if it cannot be read. */
export async function readToken({ tokenFile, token }: ContainerSource): Promise<string | undefined> {
  if (tokenFile === undefined) return token;
  try {
    return await readFile(tokenFile, 'utf8');
  } catch {
    return undefined;
  }
}

/** Reads the claims of the current token; undefined if it has none. */
export async function currentClaims(source: ContainerSource): Promise<ServiceAccountClaims | undefined> {
  return readClaims((await readToken(source)) ?? '');
}

/**
 * Names the identity of a source for the log. EKS Pod Identity is recognized by its token or its addresses
 * (https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html); ECS and others use the same variables.
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
