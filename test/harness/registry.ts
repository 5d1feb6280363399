import { HttpStandIn, json, type ReceivedRequest, type ServerTls, text } from './http-stand-in.ts';

type LoginCheck = (host: string, username: string, password: string) => boolean;

/** A container registry that checks the password of logins, and has no images. */
export class Registry extends HttpStandIn {
  logins: { host: string; password: string; isAccepted: boolean }[] = [];
  #isValid: LoginCheck;

  constructor(isValid: LoginCheck, tls?: ServerTls) {
    super((request) => this.#answer(request), tls);
    this.#isValid = isValid;
  }

  get accepted() {
    return this.logins.filter(({ isAccepted }) => isAccepted).map(({ host }) => host);
  }

  #answer({ headers: { host = '', authorization = '' } }: ReceivedRequest) {
    const credential = /^Basic (.+)$/.exec(authorization)?.[1];
    if (credential === undefined) {
      const realm = `Basic realm="https://${host}/",service="ecr.amazonaws.com"`;
      return text(401, 'Not Authorized\n', { 'www-authenticate': realm });
    }

    const [username = '', ...rest] = Buffer.from(credential, 'base64').toString().split(':');
    const password = rest.join(':');
    const isAccepted = this.#isValid(host, username, password);
    this.logins.push({ host, password, isAccepted });

    if (isAccepted) return text(200);
    return json(401, {
      errors: [{ code: 'DENIED', message: 'Your authorization token is invalid.' }],
    });
  }
}
