import { HttpStandIn, type ReceivedRequest, type Reply, type ServerTls } from './http-stand-in.ts';

type LoginCheck = (host: string, username: string, password: string) => boolean;

/** A container registry that asks for a password at `/v2/` and serves nothing more. */
export class Registry extends HttpStandIn {
  readonly logins: { host: string; password: string; isAccepted: boolean }[] = [];
  readonly #isValid: LoginCheck;

  constructor(isValid: LoginCheck, tls?: ServerTls) {
    super((request) => this.#answer(request), tls);
    this.#isValid = isValid;
  }

  get accepted(): string[] {
    return this.logins.filter(({ isAccepted }) => isAccepted).map(({ host }) => host);
  }

  #answer({ headers: { host = '', authorization = '' } }: ReceivedRequest): Reply {
    const version = { 'docker-distribution-api-version': 'registry/2.0' };

    const credential = /^Basic (.+)$/.exec(authorization)?.[1];
    if (credential === undefined) {
      const realm = `Basic realm="https://${host}/",service="ecr.amazonaws.com"`;
      const headers = { ...version, 'www-authenticate': realm };
      return { status: 401, headers, body: 'Not Authorized\n' };
    }

    const [username = '', ...rest] = Buffer.from(credential, 'base64').toString().split(':');
    const password = rest.join(':');
    const isAccepted = this.#isValid(host, username, password);
    this.logins.push({ host, password, isAccepted });

    if (isAccepted) return { status: 200, headers: version };
    const errors = [{ code: 'DENIED', message: 'Your authorization token is invalid.' }];
    return { status: 401, headers: version, body: JSON.stringify({ errors }) };
  }
}
