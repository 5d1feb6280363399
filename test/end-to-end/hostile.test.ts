import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ecrError, ecrReply, stsError } from '../harness/aws-services.ts';
import { type Fault, text } from '../harness/http-stand-in.ts';
import { eksAuth, plainText } from '../harness/pod-identity-agent.ts';
import { readActionMetadata, type StepResult } from '../harness/runner.ts';
import { FAKE_DOCKER, useWorld, world } from '../harness/use-world.ts';
import type { Environment, StepChoice } from '../harness/world.ts';

// Text from outside that tries to command the runner. The leak check of each step also fails a step
// that issues a command which is not one of the log, prints past its log, prints control characters
// or floods the log.

/** Commands that change something for the job, in both of the runner's forms. */
const COMMANDS = [
  '::add-path::/evil',
  '::set-env name=EVIL::evil',
  '::set-output name=evil::evil',
  '::error::evil',
  '::add-mask::evil',
  '::stop-commands::evil',
  '##[add-path]/evil',
  '##[error]evil',
];

/** What stands before a command: ends of lines, blanks and control characters. */
const BEFORE = [
  '\n',
  '\r',
  '\r\n',
  '%0A',
  '\n  ',
  '\n\u00a0',
  '\u001b[2K\r',
  '\u001b[31m',
  '\u0000',
  '\u0085',
  '\u2028',
  '\n\ufeff',
  ' ',
];

const WITH_COMMANDS = BEFORE.map((before) => before + COMMANDS.join(before)).join('');
const TEXT = `${WITH_COMMANDS}\u001b]0;evil\u0007\u009b2J\u0008\u0008`;

/** The same on one line and without control characters: what a header, a host or a file name can hold. */
const LINE = COMMANDS.join(' %0A');

/** No variable can hold a NUL, and XML no control characters. */
const VARIABLE = TEXT.replaceAll('\u0000', '');

useWorld({ tools: FAKE_DOCKER });
const env = () => world.podIdentityEnv();

/**
 * Nothing of the log, of the masks, or of what later steps get is made by the text. Its words can
 * be shown.
 */
function expectNoHarm({ lines, masks, outputs, state, exportedEnv, paths }: StepResult) {
  const messages = lines.map(({ command }) => command?.message ?? '');
  const issued = messages.filter((message) => /^\s*evil/.test(message));

  // A key that is this text is masked, and so is each of its lines.
  const own = [TEXT, VARIABLE].flatMap((text) => [text, ...text.split(/[\r\n]+/)]);
  const masked = [...masks].filter((mask) => mask.includes('evil') && !own.includes(mask));

  const names = Object.keys({ ...outputs, ...state, ...exportedEnv });
  const planted = names.filter((name) => /evil/i.test(name));

  expect({ issued, masked, planted, paths }).toEqual({
    issued: [],
    masked: [],
    planted: [],
    paths: [],
  });
}

/** Runs the step, and its post step; the attack can fail them, and do nothing else. */
async function attack(choice: StepChoice): Promise<StepResult> {
  const main = await world.main({ ...choice, inputs: { 'max-attempts': '1', ...choice.inputs } });

  expectNoHarm(main);
  expect(main.errors.length).toBeLessThanOrEqual(1);
  if (main.exitCode === 0) expectNoHarm(await world.post(main));

  return main;
}

const encoded = (user: string, password: string): string =>
  Buffer.from(`${user}:${password}`).toString('base64');
const LONG = Buffer.alloc(10_000_000, `${TEXT}\n`);

const ecr = (data: object) => () => {
  const login = {
    proxyEndpoint: world.registry.url,
    authorizationToken: encoded('AWS', 'pw-of-nobody'),
    ...data,
  };
  world.aws.faults.always(ecrReply({ authorizationData: [login] }));
  return {};
};

const fault =
  (service: 'agent' | 'aws', shown: Fault, env = (): Environment => world.podIdentityEnv()) =>
  () => {
    world[service].faults.always(shown);
    return { env: env() };
  };
const KEYS = {
  AccessKeyId: TEXT,
  SecretAccessKey: TEXT,
  Token: TEXT,
  Expiration: '2100-01-01T00:00:00Z',
};

describe('nothing is issued by the words of', () => {
  test.each<[string, () => StepChoice]>([
    ['the agent', fault('agent', text(404, TEXT))],
    ['EKS Auth', fault('agent', plainText(400, eksAuth(LINE, TEXT)))],
    ['credentials', fault('agent', text(200, JSON.stringify(KEYS)))],
    ['ECR', fault('aws', ecrError(400, 'AccessDeniedException', TEXT))],
    ['10 MB of an error of ECR', fault('aws', ecrError(400, 'ServerException', LONG.toString()))],
    ['a registry of ECR', ecr({ proxyEndpoint: `https://${TEXT}` })],
    ['a user of ECR', ecr({ authorizationToken: encoded(TEXT, 'password') })],
    ['a password of ECR', ecr({ authorizationToken: encoded('AWS', TEXT) })],
    ['a date of ECR', ecr({ expiresAt: TEXT })],
    ['STS', fault('aws', stsError(403, 'AccessDenied', LINE), () => world.webIdentityEnv())],
    [
      'the token',
      () => {
        const own = env();
        writeFileSync(own['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'] ?? '', TEXT);
        return { env: own };
      },
    ],
    [
      'the claims of the token',
      () => ({
        env: world.podIdentityEnv({ namespace: TEXT, serviceAccount: TEXT, audience: TEXT }),
      }),
    ],
    [
      'the configuration of AWS',
      () => {
        const settings = ['region', 'role_arn', 'source_profile'];
        const lines = settings.map((name) => `${name} = ${LINE}\n`);
        world.writeHome('.aws/config', `[profile x]\n${lines.join('')}`);
        return { env: { ...world.regionEnv(), AWS_PROFILE: 'x' } };
      },
    ],
    [
      'the configuration of docker',
      () => {
        world.writeDockerConfig({ credsStore: TEXT, auths: { [TEXT]: {} } });
        return {};
      },
    ],
  ])('%s', async (_, arrange) => {
    await attack(arrange());
  });
});

describe('nothing is issued by a container client that prints commands', () => {
  const utf8 = Buffer.from(`\xff\xfe\n${TEXT}\xc3`, 'latin1');

  test.each([
    ['and succeeds', [{ stdout: TEXT, stderr: TEXT }]],
    ['and fails to log out', [{ on: 'login' }, { stdout: TEXT, stderr: TEXT, exitCode: 1 }]],
    ['in a log line', [{ stderr: `time="2026-01-01" level=info msg="${TEXT}"`, exitCode: 1 }]],
    ['in invalid UTF-8', [{ stdout: utf8, stderr: utf8, exitCode: 1 }]],
    ['in 10 MB of one line, and fails', [{ stderr: Buffer.alloc(10_000_000, LINE), exitCode: 1 }]],
  ])('%s', async (_, docker) => {
    await attack({ tools: { docker } });
  });
});

describe('nothing is issued by', () => {
  test.each([
    'AWS_REGION',
    'AWS_PROFILE',
    'AWS_ENDPOINT_URL_ECR',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
    'DOCKER_CONFIG',
    'HTTP_PROXY',
  ])('the variable %s', async (name) => {
    for (const value of [VARIABLE, LINE]) {
      await attack({ env: { ...env(), [name]: value } });
    }
  });

  test.each(Object.keys(readActionMetadata().inputs))('the input %s', async (name) => {
    for (const value of [VARIABLE, LINE]) {
      await attack({ inputs: { [name]: value } });
    }
  });
});

describe('nothing is issued by what is printed by', () => {
  test.each([
    ['a library', `console.log(text); console.error(text); console.warn(text)`, 0],
    ['node, as a warning', `process.emitWarning(text)`, 0],
    ['node, of an error that nothing catches', `setImmediate(() => { throw new Error(text) })`, 1],
  ])('%s', async (_, code, exitCode) => {
    const file = join(world.directory, 'library.mjs');
    const lines = [
      `import http from 'node:http'`,
      `const { request } = http`,
      `const text = ${JSON.stringify(TEXT)}`,
      // Node has printed a warning before, which is not seen here.
      `const { write } = process.stderr`,
      `process.stderr.write = () => true`,
      `process.emitWarning('first')`,
      `await new Promise(setImmediate)`,
      `process.stderr.write = write`,
      `http.request = (...args) => { ${code}; return request(...args) }`,
    ];
    writeFileSync(file, lines.join('\n'));

    const main = await attack({ env: { ...env(), NODE_OPTIONS: `--import=${file}` } });

    expect(main).toMatchObject({ exitCode, stderr: '' });
    expect(main.stdout).toContain('evil');
  });
});

describe('a secret that is quoted back is not shown', () => {
  const secret = 'opaque-token/0123456789';

  test.each([
    ['the agent', 'agent', 'SecretAccessKey'],
    ['ECR', 'aws', 'authorizationToken'],
  ] as const)('in a response that is cut in it, of %s', async (_, service, field) => {
    world.addSecret('secret key', secret);
    world[service].faults.always(text(200, `{"${field}": ${secret}}`));

    const main = await attack({});

    expect(main.exitCode).toBe(1);
    expect(main.stdout).not.toContain('opaque');
  });

  test('by the agent: a token that is no JWT', async () => {
    world.addSecret('session token', secret);
    const words = `no entry with ${secret} or ${encodeURIComponent(secret)}`;
    world.agent.faults.always(text(403, words));

    const main = await attack({
      moreEnv: { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: world.writeHome('token', secret) },
    });

    expect(main.errors.join()).toContain('no entry with *** or ***');
  });

  const proxy = `http://u:${encodeURIComponent(secret)}@proxy`;
  test.each<[Environment, httpProxy?: string]>([
    [{ AWS_SECRET_ACCESS_KEY: secret }],
    [{ AWS_SESSION_TOKEN: secret }],
    [{ AWS_CONTAINER_AUTHORIZATION_TOKEN: secret }],
    [{ all_proxy: proxy }],
    [{ DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { a: { auth: secret } } }) }],
    [{}, proxy],
  ])('where a setting belongs (%#)', async (holder, httpProxy = '') => {
    world.addSecret('session token', secret);
    const names = Object.keys(readActionMetadata().inputs);
    const inputs = Object.fromEntries(names.map((name) => [name, secret]));

    for (const [set, moreEnv] of [
      [inputs],
      [{}, { AWS_REGION: secret, AWS_MAX_ATTEMPTS: secret }],
    ]) {
      const main = await attack({
        inputs: { ...set, 'http-proxy': httpProxy },
        env: { ...env(), ...holder, ...moreEnv },
      });

      expect(main.errors.join()).toContain("'***'");
    }
  });

  test.each(['true', 'false'])('by docker: the password, with mask-password %s', async (mask) => {
    world.addSecret('password', 'short-password');
    ecr({ authorizationToken: encoded('AWS', 'short-password') })();
    const tools = { docker: { stderr: 'who is short-password?', exitCode: 1 } };

    const main = await attack({ inputs: { 'mask-password': mask }, tools });

    expect(main.errors.join()).toContain('who is ***?');
  });
});

describe('the container client', () => {
  test('does not inherit keys, tokens, inputs, state and the files of the step', async () => {
    const keys = world.keysEnv(world.identities.node);
    const hidden = { GITHUB_TOKEN: 'ghs_1', STATE_x: 'a', ECR_LOGIN_x: 'b' };
    const main = await world.main({ env: { ...keys, ...hidden, MY_OWN: 'kept' } });

    const { env = {} } = main.toolRuns[0] ?? {};
    const names = Object.keys(env).join('\n');
    expect(names).not.toMatch(
      /^(INPUT|STATE|ECR_LOGIN)_|_(KEY|KEY_ID|TOKEN)$|^GITHUB_(ENV|OUTPUT)/m,
    );
    expect(env).toMatchObject({ MY_OWN: 'kept', HOME: world.home, AWS_REGION: world.region });
  });
});
