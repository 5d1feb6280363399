import { randomBytes, randomUUID } from 'node:crypto';

/** Someone who can sign calls to the stand-ins of AWS. */
export interface Identity {
  accountId: string;
  arn: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Temporary credentials have one, long-lived keys have none. */
  sessionToken?: string;
  /** Actions (`ecr:GetAuthorizationToken`) that this identity's policies do not allow. */
  denied: Set<string>;
}

function keyMaterial(prefix: 'AKIA' | 'ASIA'): Pick<Identity, 'accessKeyId' | 'secretAccessKey'> {
  const letters = [...randomBytes(16)].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('');
  // Two slashes in fixed places, since a secret key may hold characters that a URL has to encode.
  const secret = randomBytes(40).toString('base64').replace(/[+/=]/g, 'x');
  return {
    accessKeyId: `${prefix}${letters}`,
    secretAccessKey: `${secret.slice(0, 13)}/${secret.slice(14, 27)}+${secret.slice(28, 40)}`,
  };
}

/** An IAM user with long-lived keys. */
export function makeUser(accountId: string, name: string): Identity {
  return {
    accountId,
    arn: `arn:aws:iam::${accountId}:user/${name}`,
    ...keyMaterial('AKIA'),
    denied: new Set(),
  };
}

/** A session of a role, with temporary credentials. */
export function makeRoleSession(accountId: string, role: string, session: string = randomUUID()): Identity {
  return {
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${role}/${session}`,
    ...keyMaterial('ASIA'),
    sessionToken: `IQoJb3JpZ2luX2VjE${randomBytes(600).toString('base64')}`,
    denied: new Set(),
  };
}
