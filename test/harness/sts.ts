import { randomUUID } from 'node:crypto';
import type { AwsCall, AwsServices } from './aws-services.ts';
import type { Reply } from './http-stand-in.ts';
import { type Identity, makeRoleSession } from './identities.ts';
import { readClaims } from './service-account-token.ts';
import { ServiceError } from './service-error.ts';

/** Answers the query API of STS; throws a ServiceError where STS would refuse the call. */
export function answerSts(call: AwsCall, services: AwsServices, signer: () => Identity): Reply {
  switch (call.action) {
    case 'AssumeRoleWithWebIdentity':
      requireValidToken(String(call.parameters['WebIdentityToken'] ?? ''));
      return assumedRole(call, services);
    case 'AssumeRole':
      signer();
      return assumedRole(call, services);
    case 'GetCallerIdentity': {
      const { accountId, arn, accessKeyId } = signer();
      return xml(
        call.action,
        `<UserId>${accessKeyId}</UserId><Account>${accountId}</Account><Arn>${arn}</Arn>`,
      );
    }
    default:
      throw new ServiceError(400, 'InvalidAction', `Could not find operation ${call.action}`);
  }
}

function requireValidToken(token: string): void {
  let expiry: number;
  try {
    expiry = readClaims(token).exp;
  } catch {
    throw new ServiceError(400, 'InvalidIdentityToken', 'The ID Token provided is not a valid JWT.');
  }
  if (expiry <= Date.now() / 1000) {
    throw new ServiceError(400, 'ExpiredTokenException', 'Token expired');
  }
}

function assumedRole(call: AwsCall, services: AwsServices): Reply {
  const found = /^arn:[a-z-]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(
    String(call.parameters['RoleArn'] ?? ''),
  );
  if (found === null) {
    throw new ServiceError(400, 'ValidationError', 'Request ARN is invalid');
  }
  const [, accountId = '', role = ''] = found;
  const identity = services.addIdentity(
    makeRoleSession(accountId, role, String(call.parameters['RoleSessionName'])),
  );
  const expiration = new Date(services.now() + 3600_000).toISOString();
  const credentials = `<Credentials><AccessKeyId>${identity.accessKeyId}</AccessKeyId><SecretAccessKey>${identity.secretAccessKey}</SecretAccessKey><SessionToken>${identity.sessionToken}</SessionToken><Expiration>${expiration}</Expiration></Credentials>`;
  const user = `<AssumedRoleUser><AssumedRoleId>AROA:${role}</AssumedRoleId><Arn>${identity.arn}</Arn></AssumedRoleUser>`;
  return xml(call.action, credentials + user);
}

function xml(action: string, result: string): Reply {
  const metadata = `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`;
  const body = `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result>${metadata}</${action}Response>`;
  return { status: 200, headers: { 'content-type': 'text/xml' }, body };
}
