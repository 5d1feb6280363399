import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readState, type State, StateWriter } from '../../src/state.ts';
import { homeOf, output } from './support.ts';

const NO_STATE: State = { logins: [], variables: {} };

function savedStates() {
  const lines = readFileSync(homeOf('state'), 'utf8').matchAll(/^login<<.*\n(.*)$/gm);

  return [...lines].map(([, text = '']) => text);
}

test('the state is saved at each change, the first time empty', () => {
  process.env['GITHUB_STATE'] = homeOf('state');
  writeFileSync(homeOf('state'), '');
  const login = (registry: string) => ({ tool: 'docker', registry }) as const;

  const state = new StateWriter();
  state.save({ variables: { DOCKER_CONFIG: '/a' } });
  for (const registry of ['a', 'a', 'b']) state.add(login(registry));
  state.add({ tool: 'podman', registry: 'a' });
  state.remove(login('a'));
  state.save({ isolation: { directory: '/own', isFirst: true, moved: [] } });
  state.close();
  state.add(login('c'));

  const texts = savedStates();
  const saved = texts.map((text) => readState(text));
  const names = saved.map(({ logins }) =>
    logins.map(({ tool, registry }) => `${tool} ${registry}`).join(),
  );
  expect([...new Set(names)]).toEqual([
    '',
    'docker a',
    'docker a,docker b',
    'docker a,docker b,podman a',
    'docker b,podman a',
  ]);

  expect(saved[0]).toEqual(NO_STATE);
  expect(saved.at(-1)).toMatchObject({
    variables: { DOCKER_CONFIG: '/a' },
    isolation: { directory: '/own' },
  });

  process.env['STATE_login'] = texts.at(-1);
  expect(readState()).toEqual(saved.at(-1));
});

test.each(['secret', 'null', '{"logins":[]}', '{"logins":[null],"variables":{}}'])(
  'the damaged state %j is none',
  (text) => {
    expect(readState(text)).toEqual(NO_STATE);
    expect(output()).toMatch(/^::warning::(?!.*secret).*\n$/);
  },
);

test('without a state there is none, and nothing is said', () => {
  expect(readState('')).toEqual(NO_STATE);
  expect(output()).toBe('');
});

test.each([
  ['docker', 'a.example:5000', true],
  ['config-file', 'public.ecr.aws', true],
  ['toString', 'a', false],
  ['docker', '--config=x', false],
  ['docker', 'a b', false],
  ['docker', 'a:x', false],
])('a saved login of %s to %s is undone: %s', (tool, registry, isUndone) => {
  const login = { tool, registry };
  const { logins } = readState(JSON.stringify({ ...NO_STATE, logins: [login] }));

  expect(logins).toEqual(isUndone ? [login] : []);
});

test('a saved state sets only variables that say where logins are', () => {
  const variables = { DOCKER_CONFIG: '/a', HOME: '/b' };
  const planted = { ...variables, PATH: '/evil', LD_PRELOAD: 'x' };

  const state = readState(JSON.stringify({ ...NO_STATE, variables: planted }));

  expect(state.variables).toEqual(variables);
});
