import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { promisify } from 'node:util';
import type { ServerTls } from './http-stand-in.ts';

/** Makes a certificate with a new key. */
async function makeCertificate(...args: string[]) {
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

  await promisify(execFile)('openssl', ['req', '-x509', '-days', '2', ...newKey, ...args]);
}

export type Certificate = { certificateFile: string; keyFile: string };

/** A certificate authority for one world, made with openssl. */
export class CertificateAuthority {
  #directory: string;
  #contexts = new Map<string, Promise<SecureContext>>();

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Makes an authority. Its files are in the folder `authority` below `parent`. */
  static async create(parent: string): Promise<CertificateAuthority> {
    const directory = join(parent, 'authority');
    mkdirSync(directory);
    const authority = new CertificateAuthority(directory);

    const subject = ['-subj', '/CN=Test authority', '-addext', 'basicConstraints=critical,CA:TRUE'];
    const files = ['-keyout', join(directory, 'ca.key'), '-out', authority.file];
    await makeCertificate(...subject, ...files);

    return authority;
  }

  /** The certificate of the authority, which clients are told to trust. */
  get file() {
    return join(this.#directory, 'ca.crt');
  }

  async issue(name: string): Promise<Certificate> {
    const stem = join(this.#directory, randomUUID());
    const files = { certificateFile: `${stem}.crt`, keyFile: `${stem}.key` };

    const subject = ['-subj', '/CN=test server', '-addext', `subjectAltName=DNS:${name}`];
    const signer = ['-CA', this.file, '-CAkey', join(this.#directory, 'ca.key')];
    const out = ['-keyout', files.keyFile, '-out', files.certificateFile];
    await makeCertificate(...subject, ...signer, ...out);

    return files;
  }

  /** Settings for a server that has a certificate for each name that a client asks for. */
  serverOptions(): ServerTls {
    return {
      SNICallback: (name, done) => {
        const known = this.#contexts.get(name) ?? this.#context(name);
        this.#contexts.set(name, known);

        known.then((context) => done(null, context), done);
      },
    };
  }

  async #context(name: string) {
    const { certificateFile, keyFile } = await this.issue(name);

    return createSecureContext({
      cert: readFileSync(certificateFile),
      key: readFileSync(keyFile),
    });
  }
}
