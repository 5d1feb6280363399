import { HttpStandIn, json, text } from './http-stand-in.ts';
import { type Identity, metadataCredentials } from './identities.ts';

/** The instance metadata of a node (IMDSv2), which gives out the node's role. */
export class InstanceMetadata extends HttpStandIn {
  constructor(identity: Identity) {
    super(({ method, path, headers }) => {
      if (path === '/latest/api/token') return method === 'PUT' ? text(200, 'session') : text(405);
      if (headers['x-aws-ec2-metadata-token'] !== 'session') return text(401);
      const folder = '/latest/meta-data/iam/security-credentials';
      const role = identity.arn.split('/')[1] ?? '';
      const asked = path.replace('security-credentials-extended', 'security-credentials');
      if (asked === `${folder}/`) return text(200, role);
      const content = { Code: 'Success', Type: 'AWS-HMAC', ...metadataCredentials(identity) };
      return asked === `${folder}/${role}` ? json(200, content) : text(404);
    });
  }
}
