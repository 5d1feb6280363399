import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { Failure } from '../../../src/errors/failure.ts';
import { ACTION_INPUTS, type Inputs, readInputs } from '../../../src/inputs.ts';
import { readActionMetadata } from '../../harness/action-metadata.ts';
import { SEED } from '../../harness/seed.ts';
import { parseCommand, splitLines } from '../../harness/workflow-commands.ts';
import { hostileText } from './hostile-text.ts';

const names = Object.keys(readActionMetadata().inputs);
const environment = process.env;
let printed: string;

beforeEach(() => {
  printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});

afterEach(() => {
  process.env = environment;
  jest.restoreAllMocks();
});

/** Words that inputs take, so that the good parts of a text are got past, too. */
const words = fc.constantFrom(
  'true',
  'false',
  'public',
  'private',
  'auto',
  'container',
  'docker',
  'podman',
  'config-file',
  '123456789012',
  '123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1',
  'public.ecr.aws',
  'eu-west-1',
  'http://user:password@proxy.example.com:3128',
  '7',
  ',',
  '\n',
  ' ',
);
const text = fc.oneof(
  hostileText,
  words,
  fc.array(fc.oneof(words, hostileText), { maxLength: 6 }).map((parts) => parts.join('')),
);

type Given = Readonly<Record<string, string>>;

/** Reads the inputs as the runner hands them on. */
function read(given: Given): Inputs {
  printed = '';
  process.env = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  );
  return readInputs(ACTION_INPUTS);
}

/** Compares what was read with what was given, by other means than those of the action. */
function expectRead(inputs: Inputs, given: Given): void {
  const of = (name: string): string => (given[name] ?? '').trim();
  const lower = (name: string): string => of(name).toLowerCase();
  expect(inputs).toMatchObject({
    awsRegion: of('aws-region'),
    httpProxy: of('http-proxy'),
    credentialSource: lower('credential-source') || 'auto',
    maxAttempts: of('max-attempts') === '' ? undefined : Number(of('max-attempts')),
    maskPassword: lower('mask-password') !== 'false',
    skipLogout: lower('skip-logout') === 'true',
    isolateDockerConfig: !['', 'false'].includes(lower('isolate-docker-config')),
  });
  expect(inputs.allowedAccountIds.toSorted()).toEqual(
    [...new Set(of('allowed-account-ids').match(/\d+/g))].toSorted(),
  );
  const tools = lower('container-cli').match(/[a-z][a-z-]*/g) ?? [];
  expect(inputs.containerCli).toEqual([...new Set(tools)]);
  const hosts = inputs.registries.map((entry) => (entry.kind === 'account' ? entry.accountId : entry.host));
  if (lower('registry-type') === 'public') expect(hosts).toEqual(['public.ecr.aws']);
  else expect(hosts.filter((host) => !of('registries').includes(host))).toEqual([]);
  expect(hosts.length > 0).toBe(lower('registry-type') === 'public' || /\w/.test(of('registries')));
}

describe(`inputs of any text (seed ${SEED})`, () => {
  test('are read as they are, or refused by name, and nothing of them is a command', () => {
    // A variable holds no NUL.
    const value = text.map((one) => one.replaceAll('\0', ''));
    const given = fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [] });
    fc.assert(
      fc.property(given, (some) => {
        const inputs = some as Given;
        try {
          expectRead(read(inputs), inputs);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          for (const line of error.message.split('\n')) {
            const [, name = ''] = /^Input '([a-z-]+)'/.exec(line) ?? [];
            expect(inputs[name]?.trim()).toBeTruthy();
          }
        }
        const issued = splitLines(printed).flatMap((line) => parseCommand(line) ?? []);
        expect(issued.filter(({ name }) => !['warning', 'debug', 'add-mask'].includes(name))).toEqual([]);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  test('with valid values only are never refused', () => {
    const account = fc.stringMatching(/^\d{12}$/);
    const list = <Value>(one: fc.Arbitrary<Value>) =>
      fc.array(one, { maxLength: 4 }).map((some) => some.join(', '));
    const flag = fc.constantFrom('', 'true', 'false', 'True', 'FALSE');
    const valid = fc.record({
      'allowed-account-ids': list(account),
      'aws-region': fc.constantFrom('', 'eu-west-1', 'us-gov-east-1'),
      'container-cli': list(fc.constantFrom('docker', 'podman', 'config-file', 'helm')),
      'credential-source': fc.constantFrom('', 'auto', 'Container', 'default-chain'),
      'http-proxy': fc.constantFrom('', 'http://user:password@proxy.example.com:3128'),
      'isolate-docker-config': flag,
      'mask-password': flag,
      'max-attempts': fc.constantFrom('', '1', '7', '20'),
      registries: list(
        fc.oneof(
          account,
          fc.constantFrom('public.ecr.aws', `${'1'.repeat(12)}.dkr.ecr.eu-west-1.amazonaws.com`),
        ),
      ),
      'registry-type': fc.constantFrom('', 'private', 'Public'),
      'skip-logout': flag,
    });
    fc.assert(
      fc.property(valid, (inputs) => expectRead(read(inputs), inputs)),
      { seed: SEED, numRuns: 500 },
    );
  });
});
