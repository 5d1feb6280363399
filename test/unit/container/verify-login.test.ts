import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { AuthFileLocation } from '../../../src/container/auth-file-location.ts';
import { versionOf } from '../../../src/container/find-login.ts';
import { TOOLS, type ToolName } from '../../../src/container/tool.ts';
import { OverwrittenLogin, verifyLogin } from '../../../src/container/verify-login.ts';
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
function verify(tool: ToolName, config: unknown, { isChanged = true, isIsolated = false } = {}): void {
  const location: AuthFileLocation = { variables: {}, file };
  writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
  const client = { tool: TOOLS[tool], location, logIn: async () => {}, logOut: async () => {} };
  const before = isChanged ? undefined : versionOf(client.location.file);
  for (let time = 1; time <= 2; time += 1) verifyLogin(client, login, before, isIsolated);
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

  test.each([
    [false, /^podman keeps its logins in a credential helper, not in .*$/gm],
    [true, /^::warning::podman keeps .* Other jobs can use them .* credential-helpers in registries\.conf/gm],
  ])(
    'whose file the client left as it was is in a credential helper, which is said once (isolated: %s)',
    (isIsolated, line) => {
      verify('podman', { auths: {} }, { isChanged: false, isIsolated });
      expect(written().match(line)).toHaveLength(1);
    },
  );

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
