import { describe, expect, test } from '@jest/globals';
import { needsRegion, planCalls, type TokenCall } from '../../../src/registry/calls.ts';
import { parseRegistries } from '../../../src/registry/entry.ts';

const REGION = 'eu-central-1';
const [a, b] = ['111111111111', '222222222222'];

function plan(text: string, region: string | undefined = REGION): readonly TokenCall[] {
  const { entries, problems } = parseRegistries(text);
  expect(problems).toEqual([]);
  return planCalls(entries, region);
}

function ids(calls: readonly TokenCall[]): unknown {
  return calls.map((call) => (call.service === 'ecr' ? call.registryIds : call.service));
}

test('no entry: the default registry, requested without IDs', () => {
  const place = { service: 'ecr', region: REGION, fips: false, dualStack: false };
  expect(plan('')).toEqual([{ ...place, targets: [{ position: 0 }] }]);
});

test('accounts: one call, in the region of the step', () => {
  expect(plan(`${b},${a}`)).toEqual([
    {
      service: 'ecr',
      region: REGION,
      fips: false,
      dualStack: false,
      registryIds: [b, a],
      targets: [
        { position: 0, accountId: b },
        { position: 1, accountId: a },
      ],
    },
  ]);
});

test('a call for each region and endpoint variant, in the order of their first entries', () => {
  const hosts = [
    `${a}.dkr-ecr.us-east-1.on.aws`,
    'ecr-public.aws.com',
    `${a}.dkr.ecr.us-east-1.amazonaws.com`,
    `${b}.dkr-ecr.us-east-1.on.aws`,
    `${a}.dkr.ecr-fips.us-east-1.amazonaws.com`,
    'public.ecr.aws',
    `${a}.dkr-ecr-fips.us-east-1.on.aws`,
    `${a}.dkr.ecr.us-west-2.amazonaws.com`,
  ];
  const ecr = { service: 'ecr', region: 'us-east-1', fips: false, dualStack: false };
  const target = (position: number, accountId?: string): object =>
    accountId === undefined
      ? { position, host: hosts[position] }
      : { position, accountId, host: hosts[position] };
  expect(plan(hosts.join(','), undefined as never)).toEqual([
    { ...ecr, dualStack: true, registryIds: [a, b], targets: [target(0, a), target(3, b)] },
    { service: 'ecr-public', dualStack: true, targets: [target(1)] },
    { ...ecr, registryIds: [a], targets: [target(2, a)] },
    { ...ecr, fips: true, registryIds: [a], targets: [target(4, a)] },
    { service: 'ecr-public', dualStack: false, targets: [target(5)] },
    { ...ecr, fips: true, dualStack: true, registryIds: [a], targets: [target(6, a)] },
    { ...ecr, region: 'us-west-2', registryIds: [a], targets: [target(7, a)] },
  ]);
});

test('an account by its ID and by its host in the region of the step: one call, with the ID once', () => {
  const calls = plan(`${a},${a}.dkr.ecr.${REGION}.amazonaws.com`);
  expect(ids(calls)).toEqual([[a]]);
  expect(calls[0]?.targets).toHaveLength(2);
});

test.each([
  [1, [1]],
  [10, [10]],
  [11, [10, 1]],
  [20, [10, 10]],
  [23, [10, 10, 3]],
])('%i accounts: %j IDs a call, each account once and with its targets', (count, sizes) => {
  const accounts = Array.from({ length: count }, (_, index) => String(100000000000 + index));
  const calls = plan(accounts.join('\n'));
  const chunks = ids(calls) as string[][];
  expect(chunks.map(({ length }) => length)).toEqual(sizes);
  expect(chunks.flat()).toEqual(accounts);
  for (const [index, call] of calls.entries()) {
    expect(call.targets.map(({ accountId }) => accountId)).toEqual(chunks[index]);
  }
  expect(calls.flatMap(({ targets }) => targets.map(({ position }) => position))).toEqual([
    ...accounts.keys(),
  ]);
});

describe('the region of the step', () => {
  test.each([
    ['', true],
    [a, true],
    [`public.ecr.aws,${a}`, true],
    ['public.ecr.aws', false],
    [`${a}.dkr.ecr.us-east-1.amazonaws.com,public.ecr.aws`, false],
  ])('for %j: needed? %s', (text, needed) => {
    expect(needsRegion(parseRegistries(text).entries)).toBe(needed);
  });

  test.each([
    ['cn-north-1', `${a}.dkr.ecr.us-east-1.amazonaws.com`],
    ['us-gov-west-1', 'public.ecr.aws'],
  ])('%s is of another partition than %s: an error together with an account ID', (region, host) => {
    expect(() => plan(`${host},${b}`, region)).toThrow(`${b} in ${region}`);
    expect(() => plan(`${host},${b}`, region)).toThrow(/^Input 'registries': .* more than one AWS partition/);
    expect(plan(host, region)).toHaveLength(1);
  });

  test.each(['', a])('planning %j without it is a programming error', (text) => {
    expect(() => planCalls(parseRegistries(text).entries, undefined)).toThrow(/needs that region/);
  });
});
