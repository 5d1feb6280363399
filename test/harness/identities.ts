import { randomBytes } from 'node:crypto';

/** A user or a role that can sign calls to the stand-ins of AWS. */
export interface Identity {
  accountId: string;
  arn: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

function makeIdentity(accountId: string, arn: string, prefix: string) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const letters = [...randomBytes(16)].map((byte) => alphabet[byte % 32]);
  const accessKeyId = prefix + letters.join('');

  // A real secret key can contain characters that a URL has to encode. These always do.
  const secret = randomBytes(40).toString('base64').replace(/[+/=]/g, 'x');
  const secretAccessKey = `${secret.slice(0, 13)}/${secret.slice(14, 27)}+${secret.slice(28, 40)}`;

  return { accountId, arn, accessKeyId, secretAccessKey };
}

export function makeUser(accountId: string, name: string) {
  return makeIdentity(accountId, `arn:aws:iam::${accountId}:user/${name}`, 'AKIA');
}

export function makeRoleSession(accountId: string, role: string, session: string) {
  const arn = `arn:aws:sts::${accountId}:assumed-role/${role}/${session}`;

  return {
    ...makeIdentity(accountId, arn, 'ASIA'),
    sessionToken: `IQoJb3JpZ2luX2VjE${randomBytes(600).toString('base64')}`,
  };
}

/** The lines of a profile with the keys of a user. */
export function profileKeys({ accessKeyId, secretAccessKey }: Identity) {
  return `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}

/** Credentials in the form of the agent and of the instance metadata. */
export function metadataCredentials(identity: Identity) {
  return {
    AccessKeyId: identity.accessKeyId,
    SecretAccessKey: identity.secretAccessKey,
    Token: identity.sessionToken,
    Expiration: new Date(Date.now() + 6 * 3600_000).toISOString(),
  };
}
