import { HttpStandIn, json, text } from './http-stand-in.ts';
import { type Identity, metadataCredentials } from './identities.ts';

const TOKEN = '/latest/api/token';
const ROLES = '/latest/meta-data/iam/security-credentials';

/** The instance metadata of a node (IMDSv2), which gives out the node's role. */
export class InstanceMetadata extends HttpStandIn {
  constructor(identity: Identity) {
    const role = identity.arn.split('/')[1] ?? '';

    super(({ method, path, headers }) => {
      if (path === TOKEN) return method === 'PUT' ? text(200, 'session') : text(405);
      if (headers['x-aws-ec2-metadata-token'] !== 'session') return text(401);

      const asked = path.replace('security-credentials-extended', 'security-credentials');
      if (asked === `${ROLES}/`) return text(200, role);
      if (asked !== `${ROLES}/${role}`) return text(404);

      return json(200, { Code: 'Success', Type: 'AWS-HMAC', ...metadataCredentials(identity) });
    });
  }
}
