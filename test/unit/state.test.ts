import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readState, type State, StateWriter } from '../../src/state.ts';
import { homeOf, output, table } from './support.ts';

const NO_STATE: State = { logins: [], variables: {} };

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
  const texts = [...readFileSync(homeOf('state'), 'utf8').matchAll(/^login<<.*\n(.*)$/gm)];
  const saved = texts.map(([, text]) => readState(text));
  const names = saved.map(({ logins }) =>
    logins.map(({ tool, registry }) => `${tool} ${registry}`).join(),
  );
  const grown = ['', 'docker a', 'docker a,docker b', 'docker a,docker b,podman a'];
  expect([...new Set(names)]).toEqual([...grown, 'docker b,podman a']);
  expect(saved[0]).toEqual(NO_STATE);
  const rest = { variables: { DOCKER_CONFIG: '/a' }, isolation: { directory: '/own' } };
  expect(saved.at(-1)).toMatchObject(rest);
  process.env['STATE_login'] = texts.at(-1)?.[1];
  expect(readState()).toEqual(saved.at(-1));
});

const DAMAGED = ['', 'secret', 'null', '{"logins":[]}', '{"logins":[null],"variables":{}}'];
test.each(DAMAGED)('the damaged state %j is none', (text) => {
  expect(readState(text)).toEqual(NO_STATE);
  expect(output()).toMatch(text === '' ? /^$/ : /^::warning::(?!.*secret).*\n$/);
});

table(`
  docker      | a.example:5000 | yes
  config-file | public.ecr.aws | yes
  toString    | a              | no
  docker      | --config=x     | no
  docker      | a b            | no
  docker      | a:x            | no
`)('a saved login of %s to %j is undone: %s', (tool, registry, isUndone) => {
  const { logins } = readState(JSON.stringify({ ...NO_STATE, logins: [{ tool, registry }] }));
  expect(logins).toEqual(isUndone === 'yes' ? [{ tool, registry }] : []);
});

test('a saved state sets only variables that say where logins are', () => {
  const variables = { DOCKER_CONFIG: '/a', HOME: '/b' };
  const state = JSON.stringify({
    ...NO_STATE,
    variables: { ...variables, PATH: '/evil', LD_PRELOAD: 'x' },
  });
  expect(readState(state).variables).toEqual(variables);
});
