import { HttpStandIn, json } from './http-stand-in.ts';
import type { Identity } from './identities.ts';

/** Where ECS serves the credentials of a task (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is a path there). */
export const ECS_ADDRESS = '169.254.170.2';

/** The credentials endpoint of ECS. */
export class ContainerMetadata extends HttpStandIn {
  constructor(identity: Identity) {
    super(({ path }) =>
      path.startsWith('/v2/credentials/')
        ? json(200, {
            RoleArn: `arn:aws:iam::${identity.accountId}:role/${identity.arn.split('/')[1]}`,
            AccessKeyId: identity.accessKeyId,
            SecretAccessKey: identity.secretAccessKey,
            Token: identity.sessionToken,
            Expiration: new Date(Date.now() + 6 * 3600_000).toISOString(),
          })
        : json(404, { code: 'InvalidIdInRequest', message: 'no such credentials' }),
    );
  }
}
