import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, type SecureContext, type TlsOptions } from 'node:tls';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate and its key, as files. */
export interface Certificate {
  certificateFile: string;
  keyFile: string;
}

/** A certificate authority of a test's own, made with openssl. */
export class CertificateAuthority {
  readonly #directory: string;
  readonly #contexts = new Map<string, Promise<SecureContext>>();

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Makes an authority that keeps its files in a folder. */
  static async create(directory: string): Promise<CertificateAuthority> {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const authority = new CertificateAuthority(directory);
    const subject = ['-subj', '/CN=Test authority', '-addext', 'basicConstraints=critical,CA:TRUE'];
    await run('openssl', [
      ...SELF_SIGNED,
      ...subject,
      '-keyout',
      join(directory, 'ca.key'),
      '-out',
      authority.file,
    ]);
    return authority;
  }

  /** The authority's own certificate, which clients are told to trust. */
  get file(): string {
    return join(this.#directory, 'ca.crt');
  }

  /** Makes a certificate for the given names. */
  async issue(names: string[]): Promise<Certificate> {
    const stem = join(this.#directory, randomUUID());
    const extensions = `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}\nextendedKeyUsage=serverAuth\n`;
    writeFileSync(`${stem}.ext`, extensions);
    const request = ['-subj', '/CN=test server', '-keyout', `${stem}.key`, '-out', `${stem}.csr`];
    await run('openssl', ['req', '-new', ...EC_KEY, ...request]);
    const signer = [
      '-CA',
      this.file,
      '-CAkey',
      join(this.#directory, 'ca.key'),
      '-set_serial',
      `0x${randomUUID().slice(0, 8)}`,
    ];
    const files = ['-in', `${stem}.csr`, '-extfile', `${stem}.ext`, '-out', `${stem}.crt`];
    await run('openssl', ['x509', '-req', '-days', '2', ...signer, ...files]);
    return { certificateFile: `${stem}.crt`, keyFile: `${stem}.key` };
  }

  /** Settings for a server that has a certificate for whatever name it is called by. */
  serverOptions(): TlsOptions {
    return {
      SNICallback: (name, done) => {
        const known = this.#contexts.get(name) ?? this.#context(name);
        this.#contexts.set(name, known);
        known.then(
          (context) => done(null, context),
          (error: Error) => done(error),
        );
      },
    };
  }

  async #context(name: string): Promise<SecureContext> {
    const { certificateFile, keyFile } = await this.issue([name]);
    return createSecureContext({ cert: readFileSync(certificateFile), key: readFileSync(keyFile) });
  }
}

const EC_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const SELF_SIGNED = ['req', '-x509', '-days', '2', ...EC_KEY];
