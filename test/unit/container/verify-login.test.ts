import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { AuthFileLocation } from '../../../src/container/auth-file-location.ts';
import { TOOLS, type ToolName } from '../../../src/container/tool.ts';
import { isInFile, OverwrittenLogin, verifyLogin, versionOf } from '../../../src/container/verify-login.ts';
import { captureOutput } from '../written-output.ts';

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const login = { registry: HOST, username: 'AWS', password: 'pw', token: 'QVdTOnB3' };
const entry = { auths: { [HOST]: { auth: login.token } } };

let file: string;
let written: () => string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'kept-login-')), 'config.json');
  written = captureOutput();
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(join(file, '..'), { recursive: true });
});

/** Verifies a login of a tool that has left the file like this, once changed and once as it was. */
function verify(tool: ToolName, config: unknown, { isChanged = true } = {}): void {
  const location: AuthFileLocation = { variables: {}, file };
  writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
  const client = { tool: TOOLS[tool], location, logIn: async () => {}, logOut: async () => {} };
  verifyLogin(client, login, isChanged ? undefined : versionOf(location));
}

describe('a login', () => {
  test.each([
    ['docker', entry],
    ['podman', entry],
    ['nerdctl', { auths: { [`${HOST}:443`]: { auth: login.token } } }],
    // Tools whose entry may have another key.
    ['nerdctl', { auths: {} }],
    ['helm', { auths: {} }],
    ['docker', { credsStore: 'desktop' }],
    ['buildah', { credHelpers: { [HOST]: 'h' } }],
    ['docker', '{'],
  ] as const)('is where it belongs: %s, %j', (tool, config) => {
    verify(tool, config);
    expect(written()).not.toMatch(/^(?!::debug::)./m);
  });

  test.each([
    ['docker', { auths: {} }],
    ['oras', {}],
    ['skopeo', { auths: { [HOST]: { auth: 'b2xkOm9sZA==' } } }],
    ['podman', { credsStore: 'desktop' }],
  ] as const)('was overwritten: %s, %j', (tool, config) => {
    expect(() => verify(tool, config)).toThrow(OverwrittenLogin);
  });

  test('whose file the client left as it was is in a credential helper', () => {
    verify('podman', { auths: {} }, { isChanged: false });
    expect(written()).toContain(`podman keeps its logins in a credential helper, not in ${file}`);
  });

  test.each(['docker', 'podman'] as const)(
    'of %s that the helper ecr-login has taken is a warning: the helper keeps none',
    (tool) => {
      verify(tool, { credHelpers: { [HOST]: 'ecr-login' } });
      expect(written()).toMatch(/^::warning::The credential helper ecr-login took the login .* keeps none/m);
      expect(written()).toContain('isolate-docker-config');
    },
  );

  test('that was written to a file that names a helper is a warning', () => {
    verify('config-file', { ...entry, credsStore: 'ecr-login' });
    expect(written()).toMatch(/^::warning::.*names the credential helper ecr-login for registry/m);
  });
});

describe('the auth file of a client holds a login', () => {
  test('where it is there, with this password', () => {
    const client = { tool: TOOLS.docker, location: { variables: {}, file } };
    expect([isInFile(client, login), versionOf(client.location)]).toEqual([false, undefined]);
    writeFileSync(file, JSON.stringify(entry));
    expect([isInFile(client, login), isInFile({ ...client, location: { variables: {} } }, login)]).toEqual([
      true,
      false,
    ]);
    expect(isInFile(client, { ...login, password: 'other' })).toBe(false);
    expect(versionOf({ variables: {} })).toBeUndefined();
  });

  test.each([
    ['docker', true],
    ['oras', false],
  ] as const)(
    'where it is in the auth file of podman, for %s: %s, since an image may have podman as docker',
    (tool, isThere) => {
      const podmanFile = join(file, '..', 'auth.json');
      writeFileSync(podmanFile, JSON.stringify(entry));
      const location = { variables: { REGISTRY_AUTH_FILE: podmanFile, DOCKER_CONFIG: null }, file };
      expect(isInFile({ tool: TOOLS[tool], location }, login)).toBe(isThere);
    },
  );
});
