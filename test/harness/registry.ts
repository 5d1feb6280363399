import type { SecureContextOptions, TlsOptions } from 'node:tls';
import { HttpStandIn, type ReceivedRequest, type Reply } from './http-stand-in.ts';

/** A login as a registry saw it. */
export interface LoginAttempt {
  /** The registry by the Host header. */
  host: string;
  username: string;
  password: string;
  accepted: boolean;
}

/** Whether a registry, named by its host, lets someone in. */
export type CredentialCheck = (host: string, username: string, password: string) => boolean;

/** A container registry that asks for a password at `/v2/` and serves nothing more. */
export class Registry extends HttpStandIn {
  readonly logins: LoginAttempt[] = [];
  readonly #isValid: CredentialCheck;

  constructor(isValid: CredentialCheck, tls?: TlsOptions & SecureContextOptions) {
    super((request) => this.#answer(request), tls);
    this.#isValid = isValid;
  }

  /** The logins let in so far. */
  get accepted(): LoginAttempt[] {
    return this.logins.filter((login) => login.accepted);
  }

  /** The logins turned away so far. */
  get refused(): LoginAttempt[] {
    return this.logins.filter((login) => !login.accepted);
  }

  #answer(request: ReceivedRequest): Reply {
    const version = { 'docker-distribution-api-version': 'registry/2.0' };
    const host = request.headers.host ?? '';
    const credential = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (credential === undefined) {
      const realm = `Basic realm="https://${host}/",service="ecr.amazonaws.com"`;
      return { status: 401, headers: { ...version, 'www-authenticate': realm }, body: 'Not Authorized\n' };
    }
    const [, username = '', password = ''] =
      /^([^:]*):(.*)$/s.exec(Buffer.from(credential, 'base64').toString()) ?? [];
    const accepted = this.#isValid(host, username, password);
    this.logins.push({ host, username, password, accepted });
    const denied = { errors: [{ code: 'DENIED', message: 'Your authorization token is invalid.' }] };
    if (accepted && request.path !== '/v2/') {
      return { status: 404, headers: version };
    }
    return accepted
      ? { status: 200, headers: version }
      : { status: 401, headers: version, body: JSON.stringify(denied) };
  }
}
