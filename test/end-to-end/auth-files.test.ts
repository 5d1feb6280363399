import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { describeReal, testReal } from '../harness/real-parts.ts';
import type { StepResult } from '../harness/runner.ts';
import type { Tool } from '../harness/tools.ts';
import {
  ONE_ERROR,
  OTHER_LOGINS,
  QUIET_SUCCESS,
  SUCCESS,
  useWorld,
  world,
} from '../harness/use-world.ts';

const CUT_OFF = '{"auths":{"ghcr.io":{"auth":"eDp5';

useWorld();

/** Writes docker's configuration; returns the file. */
const share = (content: string) => world.writeHome('.docker/config.json', content);

/** Runs a step that writes the configuration by itself. */
const configFile = (moreEnv = {}) =>
  world.main({ inputs: { 'container-cli': 'config-file' }, tools: {}, moreEnv });

describe('config-file', () => {
  test('writes what docker would write, needs no program, and keeps what is there', async () => {
    const file = share(JSON.stringify({ auths: OTHER_LOGINS, proxies: { default: {} } }));
    const main = await configFile();
    expect(main).toMatchObject(QUIET_SUCCESS);

    const host = await world.registryHost();
    const auths = { ...OTHER_LOGINS, [host]: { auth: world.aws.issued[0]?.token } };
    expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toEqual({ auths, proxies: { default: {} } });
    expect((fs.statSync(file).mode & 0o777).toString(8)).toBe('600');

    const post = await world.post(main);
    expect(post.exitCode).toBe(0);
    expect(world.dockerLogins()).toEqual(OTHER_LOGINS);
    expect(fs.readdirSync(join(file, '..'))).toEqual(['config.json']);
  });

  testReal('root')('leaves a file to its owner, also as root', async () => {
    const file = share('{}');
    fs.chownSync(file, 1001, 1002);

    const main = await configFile();

    expect(main.exitCode).toBe(0);
    expect(world.loggedIn()).toHaveLength(1);
    expect(fs.statSync(file)).toMatchObject({ uid: 1001, gid: 1002 });
  });

  test('leaves an invalid file as it is: an error in main that quotes nothing of it, and none in post', async () => {
    const file = share(CUT_OFF);
    const main = await configFile();

    expect(main).toMatchObject(ONE_ERROR);
    expect(main.errors[0]).toContain(file);
    expect(main.stdout).not.toContain('eDp5');

    const post = await world.post(main);
    expect(post.exitCode).toBe(0);
    expect(fs.readFileSync(file, 'utf8')).toBe(CUT_OFF);
  });
});

test('a pipe is refused as an auth file and as a token', async () => {
  const main = await configFile();
  const pipe = share('');
  fs.rmSync(pipe);
  execFileSync('mkfifo', [pipe]);

  const { warnings } = await world.post(main);
  expect(warnings).toEqual([expect.stringContaining('can be left')]);

  for (const moreEnv of [{}, { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: pipe }]) {
    const { errors } = await configFile(moreEnv);
    expect(errors).toEqual([expect.stringContaining('is not a regular file')]);
  }
});

testReal('docker')('a configuration that cannot be read is a warning', async () => {
  // Docker replaces it at the login.
  const file = share('{"auths":{},}');
  const main = await world.main();

  const unreadable = expect.stringContaining('config.json');
  expect(main).toMatchObject({ exitCode: 0, warnings: [unreadable] });
  expect(world.loggedIn()).toEqual([await world.registryHost()]);

  share(CUT_OFF);
  const post = await world.post(main);

  const login = `a login to ${await world.registryHost()}`;
  const warning = `${file} cannot be read, so ${login} can be left in it.`;
  expect(post).toMatchObject({ exitCode: 0, errors: [], warnings: [warning] });
});

const NOT_FOUND = { on: 'get', stdout: 'credentials not found in native keychain', exitCode: 1 };

/** A helper that has no login to begin with, and takes what it is given. */
const HELPER: Tool = [NOT_FOUND, { exitCode: 0 }];

/** What helpers were told, in order. */
const helperRuns = ({ toolRuns }: StepResult) =>
  toolRuns
    .filter(({ tool }) => tool.startsWith('docker-credential-'))
    .map(({ argv: [verb] }) => verb)
    .filter((verb) => verb !== 'get');

describeReal('a credential helper of docker', ['docker'], () => {
  test('is told to store and to erase', async () => {
    share('{"credsStore":"keep"}');
    const tools = { docker: 'real', 'docker-credential-keep': HELPER } as const;

    const main = await world.main({ tools });
    const post = await world.post(main);

    expect(main).toMatchObject(QUIET_SUCCESS);
    expect(post.exitCode).toBe(0);
    expect(helperRuns(main)).toEqual(['store']);
    expect(helperRuns(post)).toContain('erase');
  });

  /** The error of a login that a store has and that docker could not note: post has it erased. */
  const unsaved = async (helper: Tool, choice: { asOtherUser?: boolean } = {}) => {
    const tools = { docker: 'real', 'docker-credential-keep': helper } as const;
    const main = await world.main({ ...choice, tools });
    const post = await world.post(main, choice);

    expect(main.exitCode).toBe(1);
    expect(helperRuns(main)).toEqual(['store']);
    expect(post).toMatchObject(QUIET_SUCCESS);
    expect(helperRuns(post)).toContain('erase');
    return main.errors.join();
  };

  testReal('root', 'docker')(
    'is told to erase if docker could not save its own file then',
    async () => {
      const file = share('{"credsStore":"keep"}');
      fs.chmodSync(join(file, '..'), 0o555);

      expect(await unsaved(HELPER, { asOtherUser: true })).toContain('permission denied');
    },
  );

  test('is told to erase if it has reported an error, whatever it has kept', async () => {
    share('{"credsStore":"keep"}');
    const locked = { on: 'store', stdout: 'locked', exitCode: 1 };
    expect(await unsaved([NOT_FOUND, locked, { exitCode: 0 }])).toContain('locked');
  });
});

testReal('podman')(
  "a helper that podman's registries.conf names keeps the login until post erases it, also with isolation; the log says so",
  async () => {
    const lines = [
      'credential-helpers = ["keep"]',
      '[[registry]]',
      `location = "${await world.registryHost()}"`,
      'insecure = true\n',
    ];
    world.writeHome('.config/containers/registries.conf', lines.join('\n'));

    for (const isolate of ['false', 'true']) {
      const main = await world.main({
        moreEnv: { PODMAN_IGNORE_CGROUPSV1_WARNING: '1' },
        inputs: {
          'container-cli': 'podman',
          'max-attempts': '1',
          'isolate-docker-config': isolate,
        },
        tools: { podman: 'real', 'docker-credential-keep': HELPER },
      });
      expect(main.exitCode).toBe(0);
      expect(helperRuns(main)).toEqual(['store']);
      expect(main.log).toContain('credential helper');

      const post = await world.post(main);
      expect(post.exitCode).toBe(0);
      expect(helperRuns(post)).toContain('erase');
      expect(fs.existsSync(main.exportedEnv['DOCKER_CONFIG'] ?? '/nowhere')).toBe(false);
    }
  },
);

/** Where tools keep their login. The file, and what variables name, is below the folder of the world. */
const PLACES: [tools: string[], variables: Record<string, string>, file: string][] = [
  [['oras'], {}, 'home/.docker/config.json'],
  [['podman', 'buildah', 'skopeo'], {}, 'run/containers/auth.json'],
  [['docker', 'podman', 'buildah'], { DOCKER_CONFIG: 'docker' }, 'docker/config.json'],
  [
    ['podman', 'skopeo'],
    { REGISTRY_AUTH_FILE: 'auth/a.json', DOCKER_CONFIG: 'docker' },
    'auth/a.json',
  ],
];
const ROWS = PLACES.flatMap(([tools, ...place]) => tools.map((tool) => [tool, ...place] as const));

describeReal(
  'the real clients',
  ['docker', 'podman', 'buildah', 'skopeo', 'oras', 'openssl'],
  () => {
    useWorld({ realNames: true });

    beforeEach(() => {
      for (const name of ['docker', 'auth']) {
        fs.mkdirSync(join(world.directory, name), { mode: 0o700 });
      }
    });

    /** The files below the world's folder that hold a login. */
    const filesWithLogins = () =>
      fs
        .readdirSync(world.directory, { recursive: true, encoding: 'utf8' })
        .filter((name) => /^(?!step-).*\.json$/.test(name))
        .filter((name) => /"auth":/.test(fs.readFileSync(join(world.directory, name), 'utf8')));

    for (const [tool, variables, file] of ROWS) {
      // buildah makes a user namespace to log in, which other users than root can do only if
      // /etc/subuid names them.
      const testTool = tool === 'buildah' ? testReal('root') : test;
      const withVariables = `${tool} with ${JSON.stringify(variables)}`;

      testTool(
        `${withVariables} keeps its login in ${file}, and post removes it there`,
        async () => {
          const moreEnv: Record<string, string> = {};
          for (const [name, path] of Object.entries(variables)) {
            moreEnv[name] = join(world.directory, path);
          }

          const main = await world.main({
            moreEnv,
            inputs: { 'container-cli': tool },
            tools: { [tool]: 'real' },
          });
          expect(main).toMatchObject(QUIET_SUCCESS);
          expect(filesWithLogins()).toEqual([file]);

          const post = await world.post(main);
          expect(post).toMatchObject(SUCCESS);
          expect(filesWithLogins()).toEqual([]);
        },
      );
    }

    testReal('root')('podman of a user without XDG_RUNTIME_DIR is logged in and out', async () => {
      // podman keeps the login below TMPDIR then.
      const main = await world.main({
        moreEnv: { XDG_RUNTIME_DIR: undefined, TMPDIR: world.directory },
        inputs: { 'container-cli': 'podman' },
        tools: { podman: 'real' },
        asOtherUser: true,
      });
      expect(main).toMatchObject(SUCCESS);

      const post = await world.post(main, { asOtherUser: true });
      expect(post).toMatchObject(QUIET_SUCCESS);
    });
  },
);

testReal('root', 'docker')(
  'the error says what to do if the user may not enter the directory',
  async () => {
    fs.chmodSync(join(share('{}'), '..'), 0);
    const main = await world.main({ asOtherUser: true });

    expect(main.errors.join()).toMatch(
      / registry .* permission denied\n.*\nWhat .*isolate-docker-config/,
    );
    expect(await world.post(main, { asOtherUser: true })).toMatchObject(SUCCESS);
  },
);

testReal('root', 'docker')(
  'post warns if a step has taken the directory from the user',
  async () => {
    const main = await world.main({ asOtherUser: true });
    fs.chmodSync(join(world.home, '.docker'), 0);

    const { warnings } = await world.post(main, { asOtherUser: true });

    expect(world.loggedIn()).toEqual([await world.registryHost()]);
    expect(warnings).toEqual([expect.stringContaining('can be left')]);
  },
);

testReal('root', 'docker')(
  'a user without an entry in passwd and a HOME needs DOCKER_CONFIG',
  async () => {
    const own = join(world.directory, 'own');
    fs.mkdirSync(own, { mode: 0o700 });
    const env = { ...world.podIdentityEnv(), HOME: undefined, XDG_RUNTIME_DIR: undefined };

    const main = await world.main({ env, moreEnv: { DOCKER_CONFIG: own }, asOtherUser: true });
    expect(main).toMatchObject(SUCCESS);
    expect(world.loggedIn(own)).toEqual([await world.registryHost()]);

    const post = await world.post(main, { asOtherUser: true });
    expect(post.exitCode).toBe(0);
    expect(world.dockerLogins(own)).toEqual({});

    const without = await world.main({ env, asOtherUser: true });
    expect(without.exitCode).toBe(1);
    expect(without.errors.join()).toContain('HOME');
  },
);

testReal('docker')('a login that docker would not use is a warning with its host', async () => {
  const host = await world.registryHost();
  const auth = Buffer.from('robot:secret-of-the-variable').toString('base64');
  const moreEnv = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [host]: { auth } } }) };

  const main = await world.main({ moreEnv });

  const words = `DOCKER_AUTH_CONFIG for ${host}, not the login of this step`;
  expect(main).toMatchObject({ exitCode: 0, warnings: [expect.stringContaining(words)] });
  expect(main.stdout).not.toContain(auth);
  expect(main.toolRuns[0]?.env).toMatchObject(moreEnv);
  expect(world.loggedIn()).toEqual([host]);
});
