import { randomBytes } from 'node:crypto';
import type { AwsCall, AwsServices } from './aws-services.ts';
import type { Identity } from './identities.ts';
import { ServiceError } from './service-error.ts';

/** A private registry: one for each account and region. */
export interface PrivateRegistry {
  accountId: string;
  region: string;
}

/** A password that ECR gave out. */
export interface IssuedPassword {
  /** The registry that the reply gave it for; `public` for ECR Public. */
  registry: PrivateRegistry | 'public';
  password: string;
  /** The authorization token, which holds user and password. */
  token: string;
  signer: Identity;
}

/** The domain of a region's partition. */
export function domainOf(region: string): string {
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

/** A private registry's host by its usual name. */
export function registryHost({ accountId, region }: PrivateRegistry): string {
  return `${accountId}.dkr.ecr.${region}.${domainOf(region)}`;
}

/** A private registry's address as a reply of GetAuthorizationToken names it. */
export function registryUrl(registry: PrivateRegistry): string {
  return `https://${registryHost(registry)}`;
}

/** Which private registry a host of any variant belongs to. */
export function registryOfHost(host: string): PrivateRegistry | undefined {
  const found = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\./.exec(host.toLowerCase());
  return found === null ? undefined : { accountId: found[1] ?? '', region: found[2] ?? '' };
}

function makePassword(expiresAt: number): string {
  const content = {
    payload: randomBytes(870).toString('base64'),
    datakey: randomBytes(184).toString('base64'),
    version: '2',
    type: 'DATA_KEY',
    expiration: expiresAt,
  };
  return Buffer.from(JSON.stringify(content)).toString('base64');
}

function issue(registry: PrivateRegistry | 'public', signer: Identity, services: AwsServices) {
  const lifetime = services.passwordLifetimeSeconds(
    registry === 'public' ? { accountId: '', region: '' } : registry,
  );
  const expiresAt = Math.floor(services.now() / 1000) + lifetime;
  const password = makePassword(expiresAt);
  const token = Buffer.from(`AWS:${password}`).toString('base64');
  const issued = { registry, password, token, signer };
  services.issued.push(issued);
  services.onIssued(issued);
  return { authorizationToken: token, expiresAt };
}

function requireAllowed(signer: Identity, action: string, resource: string): void {
  if (signer.denied.has(action)) {
    const reason = `because no identity-based policy allows the ${action} action`;
    const message = `User: ${signer.arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
    throw new ServiceError(400, 'AccessDeniedException', message);
  }
}

function requireAction(call: AwsCall): void {
  if (call.action !== 'GetAuthorizationToken') {
    throw new ServiceError(400, 'UnknownOperationException', '');
  }
}

/** ECR's reply to a call; throws a ServiceError where ECR would refuse it. */
export async function answerEcr(call: AwsCall, signer: Identity, services: AwsServices): Promise<unknown> {
  requireAction(call);
  requireAllowed(signer, 'ecr:GetAuthorizationToken', '*');
  const registryIds = call.registryIds ?? [signer.accountId];
  if (registryIds.length > 10 || registryIds.length === 0) {
    const message = `Invalid parameter at 'registryIds' failed to satisfy constraint: 'Member must have length less than or equal to 10'`;
    throw new ServiceError(400, 'InvalidParameterException', message);
  }
  if (!registryIds.every((id) => /^\d{12}$/.test(id))) {
    const message = `Invalid parameter at 'registryIds' failed to satisfy constraint: 'Member must satisfy constraint: [Member must satisfy regular expression pattern: [0-9]{12}]'`;
    throw new ServiceError(400, 'InvalidParameterException', message);
  }
  const authorizationData = [];
  for (const accountId of registryIds) {
    const registry = { accountId, region: call.region };
    const proxyEndpoint = await services.proxyEndpoint(registry);
    authorizationData.push({ ...issue(registry, signer, services), proxyEndpoint });
  }
  return { authorizationData };
}

/** ECR Public's reply to a call; throws a ServiceError where ECR Public would refuse it. */
export function answerEcrPublic(call: AwsCall, signer: Identity, services: AwsServices): unknown {
  requireAction(call);
  if (call.region !== 'us-east-1') {
    throw new ServiceError(
      403,
      'InvalidSignatureException',
      'Credential should be scoped to a valid region. ',
    );
  }
  requireAllowed(signer, 'ecr-public:GetAuthorizationToken', '*');
  requireAllowed(signer, 'sts:GetServiceBearerToken', `arn:aws:sts::${signer.accountId}:*`);
  return { authorizationData: issue('public', signer, services) };
}
