/** A secret that a test's world knows. */
export interface Secret {
  kind:
    | 'password'
    | 'authorization token'
    | 'secret key'
    | 'session token'
    | 'service account token'
    | 'proxy password';
  value: string;
  /** Whether the action got it by itself, or it was given in environment, inputs or files. */
  origin: 'obtained' | 'given';
}

/** Runs of so many characters of a long secret count as the secret: part of one is a leak, too. */
const WINDOW = 20;

/** Base64 of a text at the three places where it can begin in a longer text, less the characters that depend on its neighbours. */
function embeddedBase64(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].map((shift) => {
    const aligned = bytes.subarray(shift, shift + Math.floor((bytes.length - shift) / 3) * 3);
    return aligned.toString('base64');
  });
}

/** The part of a secret that is really secret: of a JWT the signature, since its claims may be shown. */
function secretPart({ kind, value }: Secret): string {
  return kind === 'service account token' ? (value.split('.').at(-1) ?? value) : value;
}

/** The forms in which a secret could show. */
export function secretForms(secret: Secret): string[] {
  const value = secretPart(secret);
  const base64 = embeddedBase64(value);
  const plain = [value, ...base64, ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
  const encoded = plain.flatMap((form) => {
    const uri = encodeURIComponent(form);
    const lowerCase = uri.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
    return [form, uri, lowerCase, JSON.stringify(form).slice(1, -1)];
  });
  return [...new Set(encoded)].filter((form) => form.length >= 6);
}

/** Finds secrets in text, in any of their forms, whole or in part. */
export class SecretFinder {
  readonly #windows = new Map<string, Secret>();
  readonly #short: [form: string, secret: Secret][] = [];

  constructor(secrets: Iterable<Secret>) {
    for (const secret of secrets) {
      for (const form of secretForms(secret)) {
        this.#add(form, secret);
      }
    }
  }

  /** The secrets found in a text. */
  find(text: string): Secret[] {
    const found = new Set<Secret>();
    for (let start = 0; start + WINDOW <= text.length; start += 1) {
      const secret = this.#windows.get(text.slice(start, start + WINDOW));
      if (secret !== undefined) {
        found.add(secret);
      }
    }
    for (const [form, secret] of this.#short) {
      if (text.includes(form)) {
        found.add(secret);
      }
    }
    return [...found];
  }

  #add(form: string, secret: Secret): void {
    if (form.length < WINDOW) {
      this.#short.push([form, secret]);
      return;
    }
    for (let start = 0; start + WINDOW <= form.length; start += WINDOW) {
      this.#windows.set(form.slice(start, start + WINDOW), secret);
    }
    this.#windows.set(form.slice(-WINDOW), secret);
  }
}
