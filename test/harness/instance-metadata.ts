import { randomUUID } from 'node:crypto';
import { HttpStandIn, json, type ReceivedRequest, type Reply } from './http-stand-in.ts';
import type { Identity } from './identities.ts';

/** The instance metadata of a node (IMDSv2), which gives out the node's role. */
export class InstanceMetadata extends HttpStandIn {
  readonly #identity: Identity;
  readonly #sessions = new Set<string>();

  constructor(identity: Identity) {
    super((request) => this.#answer(request));
    this.#identity = identity;
  }

  #answer(request: ReceivedRequest): Reply {
    if (request.path === '/latest/api/token') {
      return this.#startSession(request);
    }
    if (!this.#sessions.has(String(request.headers['x-aws-ec2-metadata-token']))) {
      return { status: 401 };
    }
    const credentials = '/latest/meta-data/iam/security-credentials/';
    const role = this.#identity.arn.split('/')[1] ?? '';
    switch (request.path.replace('security-credentials-extended', 'security-credentials')) {
      case credentials:
        return { status: 200, body: role };
      case credentials + role:
        return json(200, {
          Code: 'Success',
          Type: 'AWS-HMAC',
          AccessKeyId: this.#identity.accessKeyId,
          SecretAccessKey: this.#identity.secretAccessKey,
          Token: this.#identity.sessionToken,
          AccountId: this.#identity.accountId,
          LastUpdated: new Date().toISOString(),
          Expiration: new Date(Date.now() + 6 * 3600_000).toISOString(),
        });
      case '/latest/meta-data/placement/region':
        return { status: 200, body: 'eu-west-1' };
      default:
        return { status: 404 };
    }
  }

  #startSession(request: ReceivedRequest): Reply {
    const ttl = request.headers['x-aws-ec2-metadata-token-ttl-seconds'];
    if (request.method !== 'PUT' || ttl === undefined) {
      return { status: 400 };
    }
    const session = randomUUID();
    this.#sessions.add(session);
    return { status: 200, body: session, headers: { 'x-aws-ec2-metadata-token-ttl-seconds': String(ttl) } };
  }
}
