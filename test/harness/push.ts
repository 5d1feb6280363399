import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from './tools.ts';

const run = promisify(execFile);

/** Clients that push without an engine. */
export type PushTool = 'oras' | 'skopeo';

/**
 * Pushes a small artifact with a real client and the login kept in a folder of docker's configuration. Rejects with
 * the client's own words where the registry does not take it.
 */
export async function push(
  tool: PushTool,
  host: string,
  dockerConfig: string,
  folder: string,
  env: Record<string, string>,
): Promise<void> {
  const program = findProgram(tool) ?? tool;
  // No PATH: a client finds no credential helper of the machine.
  const options = { cwd: folder, env: { ...env, DOCKER_CONFIG: dockerConfig } };
  if (tool === 'oras') {
    writeFileSync(join(folder, 'artifact.txt'), 'pushed\n');
    await run(
      program,
      ['push', '--disable-path-validation', `${host}/team/app:oras`, 'artifact.txt'],
      options,
    );
    return;
  }
  makeImage(join(folder, 'image'));
  const authFile = join(dockerConfig, 'config.json');
  const target = `docker://${host}/team/app:skopeo`;
  const copy = [
    '--insecure-policy',
    'copy',
    '--authfile',
    authFile,
    `oci:${join(folder, 'image')}:latest`,
    target,
  ];
  await run(program, copy, options);
}

/** Pulls what `push` has pushed with skopeo, with the login kept in a folder of docker's configuration, into a folder. */
export async function pull(
  host: string,
  dockerConfig: string,
  folder: string,
  env: Record<string, string>,
): Promise<void> {
  const authFile = join(dockerConfig, 'config.json');
  // skopeo takes an auth file that is not there for an error of its own; a runner without a login has none.
  const login = existsSync(authFile) ? ['--authfile', authFile] : [];
  const source = `docker://${host}/team/app:skopeo`;
  const copy = ['--insecure-policy', 'copy', ...login, source, `dir:${join(folder, 'pulled')}`];
  await run(findProgram('skopeo') ?? 'skopeo', copy, { cwd: folder, env });
}

/** Writes the smallest image there is, in OCI's image layout. */
function makeImage(folder: string): void {
  const blobs = join(folder, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const add = (mediaType: string, content: string | Buffer) => {
    const hex = createHash('sha256').update(content).digest('hex');
    writeFileSync(join(blobs, hex), content);
    return { mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(content) };
  };
  // An empty tar archive: two blocks of zeros.
  const layer = add('application/vnd.oci.image.layer.v1.tar', Buffer.alloc(1024));
  const rootfs = { type: 'layers', diff_ids: [layer.digest] };
  const settings = JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs });
  const config = add('application/vnd.oci.image.config.v1+json', settings);
  const manifestType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config, layers: [layer] });
  const entry = {
    ...add(manifestType, manifest),
    annotations: { 'org.opencontainers.image.ref.name': 'latest' },
  };
  writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
}
