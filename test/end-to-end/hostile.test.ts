import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readActionMetadata } from '../harness/action-metadata.ts';
import { ecrError, ecrReply, stsError } from '../harness/aws-services.ts';
import { answer } from '../harness/faults.ts';
import { HOSTILE_LINE, HOSTILE_TEXT, harmDone } from '../harness/hostile.ts';
import { actionEntry, harness } from '../harness/paths.ts';
import { eksAuth, plainTextFault } from '../harness/pod-identity-agent.ts';
import type { ToolBehaviour } from '../harness/tools.ts';
import { useWorld } from '../harness/use-world.ts';
import { TOOLS } from '../harness/usual.ts';
import type { StepChoice, World } from '../harness/world.ts';

const world = useWorld();

/** A step whose surroundings are hostile in one place. */
type Attack = (world: World) => StepChoice | Promise<StepChoice>;

/** No variable can hold a NUL. */
const VARIABLE_TEXTS = [HOSTILE_TEXT.replaceAll('\u0000', ''), HOSTILE_LINE];

/** Runs the step, and its post step; the attack may fail them, and do nothing else. */
async function expectNoHarm(attack: Attack): Promise<void> {
  const choice = await attack(world);
  const main = await world.main({ env: world.podIdentityEnv(), tools: TOOLS, ...choice });
  expect(harmDone(main)).toEqual([]);
  expect(main.errors.length).toBeLessThanOrEqual(1);
  expect(harmDone(await world.post(main))).toEqual([]);
}

const encoded = (user: string, password: string): string =>
  Buffer.from(`${user}:${password}`).toString('base64');

const FROM_SERVICES: Record<string, Attack> = {
  'the agent, refusing in plain text': (world) => {
    world.agent.faults.always(answer(404, HOSTILE_TEXT, { 'content-type': 'text/plain' }));
    return {};
  },
  'the agent, with the message of EKS Auth': (world) => {
    world.agent.faults.always(plainTextFault(400, eksAuth(HOSTILE_LINE, HOSTILE_TEXT)));
    return {};
  },
  'the agent, with credentials made of commands': (world) => {
    const reply = {
      AccessKeyId: HOSTILE_TEXT,
      SecretAccessKey: HOSTILE_TEXT,
      Token: HOSTILE_TEXT,
      AccountId: HOSTILE_TEXT,
    };
    const body = JSON.stringify({ ...reply, Expiration: new Date(Date.now() + 3600_000).toISOString() });
    world.agent.faults.always(answer(200, body, { 'content-type': 'application/json' }));
    return {};
  },
  'the agent, with a date made of commands': (world) => {
    const reply = {
      AccessKeyId: 'AKIA',
      SecretAccessKey: 'secret-key-of-a-date',
      Token: 'session',
      Expiration: HOSTILE_TEXT,
    };
    world.agent.faults.always(answer(200, JSON.stringify(reply), { 'content-type': 'application/json' }));
    return {};
  },
  'ECR, denying': (world) => {
    world.aws.faults.always(ecrError(400, 'AccessDeniedException', HOSTILE_TEXT));
    return {};
  },
  'ECR, with an error of its own name': (world) => {
    world.aws.faults.always(ecrError(400, HOSTILE_TEXT, HOSTILE_TEXT));
    return {};
  },
  'ECR, with no JSON': (world) => {
    world.aws.faults.always(answer(200, HOSTILE_TEXT, { 'content-type': 'application/x-amz-json-1.1' }));
    return {};
  },
  'ECR, with a registry made of commands': (world) => {
    const authorizationToken = encoded('AWS', 'password-of-no-registry');
    const data = [{ authorizationToken, proxyEndpoint: `https://${HOSTILE_TEXT}` }];
    world.aws.faults.always(ecrReply({ authorizationData: data }));
    return {};
  },
  'ECR, with a registry that is an option of the client': (world) => {
    const authorizationToken = encoded('AWS', 'password-of-no-registry');
    const data = [{ authorizationToken, proxyEndpoint: '--config=/evil' }];
    world.aws.faults.always(ecrReply({ authorizationData: data }));
    return {};
  },
  'ECR, with a user made of commands': async (world) => {
    const proxyEndpoint = `http://${await world.registryHost()}`;
    const data = [{ authorizationToken: encoded(HOSTILE_TEXT, 'password'), proxyEndpoint }];
    world.aws.faults.always(ecrReply({ authorizationData: data }));
    return {};
  },
  'ECR, with a password made of commands': async (world) => {
    const proxyEndpoint = `http://${await world.registryHost()}`;
    const data = [{ authorizationToken: encoded('AWS', HOSTILE_TEXT), proxyEndpoint }];
    world.aws.faults.always(ecrReply({ authorizationData: data }));
    return {};
  },
  'ECR, with dates made of commands': async (world) => {
    const proxyEndpoint = `http://${await world.registryHost()}`;
    const data = [
      { authorizationToken: encoded('AWS', 'password-of-a-date'), proxyEndpoint, expiresAt: HOSTILE_TEXT },
    ];
    world.aws.faults.always(ecrReply({ authorizationData: data }));
    return {};
  },
  'ECR, with 10 MB of an error': (world) => {
    world.aws.faults.always(
      ecrError(400, 'ServerException', HOSTILE_TEXT.repeat(10_000_000 / HOSTILE_TEXT.length)),
    );
    return {};
  },
  'the agent, with 10 MB of an error': (world) => {
    world.agent.faults.always(answer(400, HOSTILE_TEXT.repeat(10_000_000 / HOSTILE_TEXT.length)));
    return {};
  },
  'ECR Public, denying': (world) => {
    world.aws.faults.always(ecrError(400, 'AccessDeniedException', HOSTILE_TEXT));
    return { inputs: { 'registry-type': 'public' } };
  },
  'STS, denying': (world) => {
    world.aws.faults.always(
      stsError(
        403,
        'AccessDenied',
        HOSTILE_TEXT.replaceAll('\u0000', '')
          .replaceAll('\u001b', '')
          .replaceAll('\u0007', '')
          .replaceAll('\u0008', ''),
      ),
    );
    return { env: world.webIdentityEnv() };
  },
  'the registry, in its answer and its header': async (world) => {
    const registry = await world.registry();
    registry.faults.always(
      answer(401, HOSTILE_TEXT, { 'www-authenticate': `Basic realm="${HOSTILE_LINE}"` }),
    );
    return {};
  },
};

describe('nothing is issued by the words of', () => {
  test.each(Object.entries(FROM_SERVICES))('%s', async (_, attack) => {
    await expectNoHarm(attack);
  });
});

const INVALID_UTF8 = Buffer.concat([
  Buffer.from([0xff, 0xfe, 0x0a]),
  Buffer.from(HOSTILE_TEXT, 'latin1'),
  Buffer.from([0xc3]),
]);
const LONG = Buffer.alloc(10_000_000, `${HOSTILE_TEXT}\n`);

const CLIENTS: Record<string, ToolBehaviour[]> = {
  'and succeeds': [{ stdout: HOSTILE_TEXT, stderr: HOSTILE_TEXT }],
  'and fails': [{ stdout: HOSTILE_TEXT, stderr: HOSTILE_TEXT, exitCode: 1 }],
  'and fails to log out': [
    { on: 'login', exitCode: 0, keepsLogins: true },
    { stdout: HOSTILE_TEXT, stderr: HOSTILE_TEXT, exitCode: 1 },
  ],
  'in a log line': [{ stderr: `time="2026-01-01" level=info msg="${HOSTILE_TEXT}"`, exitCode: 1 }],
  'on its only line': [{ stderr: HOSTILE_LINE, exitCode: 1 }],
  'in invalid UTF-8': [{ stdout: INVALID_UTF8, stderr: INVALID_UTF8, exitCode: 1 }],
  'in 10 MB, and succeeds': [{ stdout: LONG, stderr: LONG, keepsLogins: true }],
  'in 10 MB, and fails': [{ stdout: LONG, stderr: LONG, exitCode: 1 }],
  'in 10 MB of one line, and fails': [{ stderr: Buffer.alloc(10_000_000, HOSTILE_LINE), exitCode: 1 }],
};

describe('nothing is issued by a container client that prints commands', () => {
  test.each(Object.entries(CLIENTS))('%s', async (_, docker) => {
    await expectNoHarm(() => ({ tools: { docker } }));
  });
});

describe('nothing is issued by an input', () => {
  const { inputs } = readActionMetadata();

  test.each(Object.keys(inputs))('%s', async (name) => {
    for (const text of VARIABLE_TEXTS) {
      await expectNoHarm(() => ({ inputs: { [name]: text }, tools: { docker: { keepsLogins: true } } }));
    }
  });
});

/** The variables that the action, or the SDK for it, reads; a self-hosted runner or an earlier step can set them all. */
const VARIABLES = [
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_PROFILE',
  'AWS_ACCESS_KEY_ID',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_MAX_ATTEMPTS',
  'AWS_ENDPOINT_URL_ECR',
  'AWS_CONFIG_FILE',
  'DOCKER_CONFIG',
  'GITHUB_RUN_ID',
  'GITHUB_RUN_ATTEMPT',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'KUBERNETES_SERVICE_HOST',
  'REGISTRY_AUTH_FILE',
];

describe('nothing is issued by the variable', () => {
  test.each(VARIABLES)('%s', async (name) => {
    for (const text of VARIABLE_TEXTS) {
      await expectNoHarm((world) => ({
        env: { ...world.podIdentityEnv(), [name]: text },
        tools: { docker: { keepsLogins: true } },
      }));
    }
  });
});

test('a line break in a variable does not break a line of the log', async () => {
  const profile = { AWS_PROFILE: 'build\nnext line' };
  const role = { ...world.webIdentityEnv(), AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/x\nnext line' };
  for (const env of [{ ...world.keysEnv(), ...profile }, { ...world.podIdentityEnv(), ...role }, role]) {
    const { log } = await world.main({ env, tools: TOOLS });
    expect(log).toContain('next line');
    expect(log).not.toMatch(/^next line/m);
  }
});

const FILES: Record<string, Attack> = {
  'the service account token': (world) => {
    const env = world.podIdentityEnv();
    writeFileSync(env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'] ?? '', HOSTILE_TEXT);
    return { env };
  },
  'the claims of the service account token': (world) => ({
    env: world.podIdentityEnv({ namespace: HOSTILE_TEXT, serviceAccount: HOSTILE_TEXT }),
  }),
  'the audience of the service account token': (world) => ({
    env: world.podIdentityEnv({ audience: HOSTILE_TEXT }),
  }),
  "the client's configuration, broken": (world) => {
    writeDockerConfig(world, HOSTILE_TEXT);
    return {};
  },
  "a credential store's name": (world) => {
    writeDockerConfig(world, JSON.stringify({ credsStore: HOSTILE_TEXT }));
    return {};
  },
  'the shared configuration of AWS': (world) => {
    const file = join(world.directory, 'aws-config');
    writeFileSync(
      file,
      `[profile build]\nregion = ${HOSTILE_LINE}\nrole_arn = ${HOSTILE_LINE}\nsource_profile = ${HOSTILE_LINE}\n`,
    );
    return { env: { AWS_CONFIG_FILE: file, AWS_PROFILE: 'build', ...world.regionEnv() } };
  },
};

function writeDockerConfig(world: World, text: string): void {
  mkdirSync(join(world.home, '.docker'), { recursive: true });
  writeFileSync(join(world.home, '.docker', 'config.json'), text, { mode: 0o600 });
}

describe('nothing is issued by', () => {
  test.each(Object.entries(FILES))('%s', async (_, attack) => {
    await expectNoHarm(attack);
  });
});

describe('the service account token does not go to an address that the SDK refuses', () => {
  test.each(['auto', 'container', 'default-chain'])('with credential-source: %s', async (source) => {
    // Reaches the same machine as loopback does, and is none of the addresses for credentials.
    const uri = world.agent.credentialsUri.replace('127.0.0.1', '0.0.0.0');
    const env = { ...world.podIdentityEnv(), AWS_CONTAINER_CREDENTIALS_FULL_URI: uri };
    world.agent.faults.always(answer(403, 'no'));
    const main = await world.main({ env, inputs: { 'credential-source': source }, tools: TOOLS });
    expect(world.agent.requests).toEqual([]);
    expect(main.errors.join()).toContain(
      `EKS Pod Identity returned no credentials: ${uri}: URL not accepted.`,
    );
    expect(main.errors.join()).toContain(
      'The AWS SDK does not accept credentials from the address in AWS_CONTAINER_CREDENTIALS_FULL_URI',
    );
  });
});

/** Runs the main stage of an attack and says how much memory it had at most, in MB. */
async function peakMemoryOf(attack: Attack): Promise<number> {
  const choice = await attack(world);
  const file = join(world.directory, 'peak-memory');
  const probe = {
    NODE_OPTIONS: `--require "${join(harness, 'peak-memory.cjs')}"`,
    PEAK_MEMORY_FILE: file,
    PEAK_MEMORY_OF: actionEntry(),
  };
  await world.main({ ...choice, env: { ...world.podIdentityEnv(), ...choice.env, ...probe } });
  return Number(readFileSync(file, 'utf8')) / 1024;
}

test('stays within its memory while the container client floods it', async () => {
  const tools = { docker: { stdout: LONG, stderr: LONG, exitCode: 1 } };
  // Node alone takes about 50 MB, a whole login about 70.
  expect(await peakMemoryOf(() => ({ tools }))).toBeLessThan(150);
});
