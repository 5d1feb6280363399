import { HttpStandIn, json, text } from './http-stand-in.ts';
import { type Identity, metadataCredentials } from './identities.ts';

const REGION = '/latest/meta-data/placement/region';
const TOKEN = '/latest/api/token';
const ROLES = '/latest/meta-data/iam/security-credentials';

export interface Machine {
  region: string;
  /** False for a node without an instance profile. */
  hasRole?: boolean;
}

/** The instance metadata of a node (IMDSv2): its region, and the credentials of its role. */
export class InstanceMetadata extends HttpStandIn {
  constructor(identity: Identity, { region, hasRole = true }: Machine) {
    const role = identity.arn.split('/')[1] ?? '';

    super(({ method, path, headers }) => {
      if (path === TOKEN) return method === 'PUT' ? text(200, 'session') : text(405);
      if (headers['x-aws-ec2-metadata-token'] !== 'session') return text(401);

      if (path === REGION) return text(200, region);
      if (!hasRole) return text(404);

      const asked = path.replace('security-credentials-extended', 'security-credentials');
      if (asked === `${ROLES}/`) return text(200, role);
      if (asked !== `${ROLES}/${role}`) return text(404);

      return json(200, { Code: 'Success', Type: 'AWS-HMAC', ...metadataCredentials(identity) });
    });
  }
}
