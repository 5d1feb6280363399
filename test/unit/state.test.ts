import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeEach, expect, test } from '@jest/globals';
import { readState, type State, StateWriter } from '../../src/state.ts';
import { homeOf, output, thrownBy } from './support.ts';

const NO_STATE: State = { logins: [], variables: {} };

const PLAN = '[["docker","podman"],["a","b"]]';

/** The values of a name that were saved, in order. */
function saved(name: string) {
  const lines = readFileSync(homeOf('state'), 'utf8').matchAll(/^(\w+)<<.*\n(.*)$/gm);

  return [...lines].flatMap(([, one, text = '']) => (one === name ? text : []));
}

beforeEach(() => {
  process.env['GITHUB_STATE'] = homeOf('state');
  writeFileSync(homeOf('state'), '');
});

test('the state is saved at each change, the first time empty', () => {
  const state = new StateWriter();
  state.plan(['docker', 'podman'], ['a', 'b']);
  state.save({ variables: { DOCKER_CONFIG: '/a' } });
  for (const login of [0, 0, 2, 1]) state.set(login, true);
  state.set(0, false);
  state.save({ isolation: { directory: '/own', createdHere: true, moved: [] } });
  state.stopSaving();
  state.set(3, true);
  state.plan(['docker'], ['c']);

  const texts = saved('login');
  const states = texts.map((text) => readState(text, PLAN));
  const names = states.map(({ logins }) =>
    logins.map(({ tool, registry }) => `${tool} ${registry}`).join(),
  );
  expect([...new Set(names)]).toEqual([
    '',
    'docker a',
    'docker a,docker b',
    'docker a,docker b,podman a',
    'docker b,podman a',
  ]);

  expect(saved('plan')).toEqual(['[[],[]]', PLAN]);
  expect(states[0]).toEqual(NO_STATE);
  expect(states.at(-1)).toMatchObject({
    variables: { DOCKER_CONFIG: '/a' },
    isolation: { directory: '/own' },
  });

  process.env['STATE_login'] = texts.at(-1);
  process.env['STATE_plan'] = PLAN;
  expect(readState()).toEqual(states.at(-1));
});

test('registries are refused that post could not start with, with the number of those that it can', async () => {
  const hosts = Array.from({ length: 9_000 }, (_, index) => `host-${index}.example`);
  const state = new StateWriter();
  const { message } = await thrownBy(() => state.plan(['docker'], hosts));

  expect(message).toMatch(/^9000 .* about 6\d{3}\.$/);
  const count = Number(/about (\d+)/.exec(message)?.[1]);
  state.plan(['docker'], hosts.slice(0, count));

  const [STATE_plan] = saved('plan').slice(-1);
  execFileSync('true', { env: { ...process.env, STATE_plan } });
});

test.each([
  ['secret', PLAN],
  ['{"logins":[]}', PLAN],
  ['{"logins":[0],"variables":{}}', ''],
])('the damaged state %j with the plan %j is none', (text, plan) => {
  expect(readState(text, plan)).toEqual(NO_STATE);
  expect(output()).toMatch(/^::warning::(?!.*secret).*\n$/);
});

test('without a state there is none, and nothing is said', () => {
  expect(readState('')).toEqual(NO_STATE);
  expect(output()).toBe('');
});

test.each([
  ['docker', 'a.example:5000', true],
  ['config-file', 'public.ecr.aws', true],
  ['toString', 'a', false],
  ['docker', '--config=x', false],
  ['docker', 'a:x', false],
])('a saved login of %s to %s is undone: %s', (tool, registry, isUndone) => {
  const text = JSON.stringify({ ...NO_STATE, logins: [0, 1, -1, 'length', null] });
  const { logins } = readState(text, JSON.stringify([[tool], [registry]]));

  expect(logins).toEqual(isUndone ? [{ tool, registry }] : []);
});

test('a saved state sets only variables that say where logins are', () => {
  const variables = { DOCKER_CONFIG: '/a', HOME: '/b' };
  const planted = { ...variables, PATH: '/evil', LD_PRELOAD: 'x' };

  const state = readState(JSON.stringify({ ...NO_STATE, variables: planted }), PLAN);

  expect(state.variables).toEqual(variables);
});
