import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { RUNNER_STATE, readState, type SavedLogin, type StateStore, StateWriter } from '../../src/state.ts';
import { parseKeyValueFile } from '../harness/file-commands.ts';

/** A store in memory, and what it holds. */
function makeStore(values: Record<string, string> = {}): {
  store: StateStore;
  values: Record<string, string>;
} {
  const store = {
    get: (name: string) => values[name] ?? '',
    save: (name: string, value: string) => {
      values[name] = value;
    },
  };
  return { store, values };
}

const login = (registry: string): SavedLogin => ({
  tool: 'docker',
  registry,
  variables: { DOCKER_CONFIG: '/home/runner/.docker', XDG_RUNTIME_DIR: null },
  file: '/home/runner/.docker/config.json',
});
/** A login with other values, as it is saved. */
const altered = (values: object): string => JSON.stringify({ ...login('a.example'), ...values });
const isolation = {
  directory: '/temp/own',
  isFirst: true,
  moved: [{ name: 'DOCKER_CONFIG', value: '/temp/own', earlier: '' }],
};
const NOTHING = { logins: [], isolation: undefined, draft: undefined, locked: [], problems: [] };

describe('post reads', () => {
  test('nothing where main has saved nothing', () => {
    expect(readState(makeStore().store)).toEqual(NOTHING);
  });

  test('every login, but for those that were taken back', () => {
    const { store, values } = makeStore();
    const writer = StateWriter.begin(store);
    for (const host of ['a.example', 'b.example', 'a.example', 'c.example']) writer.addLogin(login(host));
    writer.takeBackLogin(login('b.example'));
    writer.takeBackLogin(login('never.example'));
    const logins = [login('a.example'), login('c.example')];
    expect(readState(store)).toEqual({ ...NOTHING, logins });
    expect(values).toMatchObject({ logins: '3', login_2: '' });
    expect(Object.keys(values).filter((name) => /^login_/.test(name))).toEqual([
      'login_1',
      'login_2',
      'login_3',
    ]);
  });

  test('a login that was taken back and is written after all', () => {
    const { store } = makeStore();
    const writer = StateWriter.begin(store);
    writer.addLogin(login('a.example'));
    writer.takeBackLogin(login('a.example'));
    writer.addLogin(login('a.example'));
    expect(readState(store)).toEqual({ ...NOTHING, logins: [login('a.example')] });
  });

  test('more than nine logins, and those whose file only the client knows', () => {
    const { file: _, ...unknown } = login('a.example');
    const logins = Array.from({ length: 12 }, (_, index) => ({ ...unknown, registry: `${index}.example` }));
    const { store } = makeStore();
    const writer = StateWriter.begin(store);
    for (const one of logins) writer.addLogin(one);
    expect(readState(store)).toEqual({ ...NOTHING, logins });
  });

  test('the isolated configuration, the draft and the locked directories', () => {
    const { store } = makeStore();
    const writer = StateWriter.begin(store);
    writer.saveIsolation(isolation);
    writer.saveDraft('/temp/own/config.json.1');
    writer.saveLocked(['/temp/own', '/home/runner/.docker']);
    const draft = '/temp/own/config.json.1';
    const locked = ['/temp/own', '/home/runner/.docker'];
    expect(readState(store)).toEqual({ ...NOTHING, isolation, draft, locked });
    writer.saveLocked([]);
    expect(readState(store)).toEqual({ ...NOTHING, isolation, draft });
  });

  test('nothing that was there before main began', () => {
    const { store } = makeStore({
      logins: '1',
      login_1: JSON.stringify(login('planted.example')),
      isolation: JSON.stringify(isolation),
      draft: '/home/runner/file',
      locked: '["/home/runner"]',
    });
    StateWriter.begin(store);
    expect(readState(store)).toEqual(NOTHING);
  });

  test('a login that was saved before its count', () => {
    const { store, values } = makeStore();
    const names: string[] = [];
    const recording = {
      ...store,
      save: (name: string, value: string) => {
        names.push(name);
        store.save(name, value);
      },
    };
    StateWriter.begin(recording).addLogin(login('a.example'));
    expect(names.slice(-2)).toEqual(['login_1', 'logins']);
    expect(values['logins']).toBe('1');
  });
});

describe('an entry that is damaged is named and skipped', () => {
  const invalid = (name: string) => `The saved state '${name}' is invalid and was skipped`;

  test.each([
    ['no JSON', '{"tool'],
    ['no object', 'null'],
    ['an option for a registry', altered({ registry: '--config=/tmp' })],
    ['a long option', altered({ registry: '--all' })],
    ['a short option', altered({ registry: '-v' })],
    ['a path for a registry', altered({ registry: 'a.example/x' })],
    ['an assignment for a registry', altered({ registry: 'a=b' })],
    ['two words for a registry', altered({ registry: 'a.example b.example' })],
    ['no registry', altered({ registry: '' })],
    ['more than a registry', altered({ registry: 'a.example --config=/tmp' })],
    ['a registry of two lines', altered({ registry: 'a.example\n' })],
    ['a registry that is no text', altered({ registry: ['a.example'] })],
    ['no tool', altered({ tool: 'rm' })],
    ['a tool that is no text', altered({ tool: ['docker'] })],
    ['a file that is no text', altered({ file: 5 })],
    ['no variables', altered({ variables: undefined })],
    ['a list of variables', altered({ variables: [] })],
    ['a variable that is no text', altered({ variables: { DOCKER_CONFIG: 5 } })],
    ['PATH', altered({ variables: { DOCKER_CONFIG: '/tmp', PATH: '/tmp' } })],
    ['LD_PRELOAD', altered({ variables: { LD_PRELOAD: '/tmp/x.so' } })],
  ])('a login with %s', (_, text) => {
    const { store } = makeStore({ logins: '2', login_1: text, login_2: JSON.stringify(login('b.example')) });
    expect(readState(store)).toEqual({
      ...NOTHING,
      logins: [login('b.example')],
      problems: [invalid('login_1')],
    });
  });

  test.each(['x', '-1', '1e9', '123456', ' 1', '1x'])('a count of %s', (logins) => {
    expect(readState(makeStore({ logins }).store)).toEqual({ ...NOTHING, problems: [invalid('logins')] });
  });

  test.each(['"/home"', '[1]', '["/home", 1]', '{}', 'null', '['])(
    'a list of locked directories: %s',
    (locked) => {
      expect(readState(makeStore({ locked }).store)).toEqual({ ...NOTHING, problems: [invalid('locked')] });
    },
  );

  const [variable] = isolation.moved;
  test.each([
    'null',
    JSON.stringify({ ...isolation, directory: 1 }),
    JSON.stringify({ ...isolation, isFirst: 'yes' }),
    JSON.stringify({ ...isolation, moved: {} }),
    JSON.stringify({ ...isolation, moved: [null] }),
    JSON.stringify({ ...isolation, moved: [variable, { ...variable, name: 1 }] }),
    JSON.stringify({ ...isolation, moved: [{ ...variable, value: 1 }] }),
    JSON.stringify({ ...isolation, moved: [{ ...variable, earlier: undefined }] }),
  ])('an isolated configuration: %s', (text) => {
    expect(readState(makeStore({ isolation: text }).store)).toEqual({
      ...NOTHING,
      problems: [invalid('isolation')],
    });
  });
});

test('1,000 registries take less than 1 MB of state', () => {
  let size = 0;
  const { store } = makeStore();
  const counting = {
    ...store,
    save: (name: string, value: string) => {
      size += name.length + value.length;
    },
  };
  const writer = StateWriter.begin(counting);
  for (let index = 0; index < 1_000; index += 1) {
    writer.addLogin(login(`${123456789012 + index}.dkr.ecr.ap-southeast-2.amazonaws.com`));
  }
  expect(size).toBeLessThan(1_000_000);
});

test("the runner's state is saved in its file, and read from the environment", () => {
  const directory = mkdtempSync(join(tmpdir(), 'state-'));
  const file = join(directory, 'state');
  writeFileSync(file, '');
  const environment = process.env;
  process.env = { GITHUB_STATE: file, STATE_logins: '3' };
  try {
    expect(RUNNER_STATE.get('logins')).toBe('3');
    RUNNER_STATE.save('logins', '4');
    expect(parseKeyValueFile(readFileSync(file, 'utf8'))).toEqual({ logins: '4' });
  } finally {
    process.env = environment;
    rmSync(directory, { recursive: true });
  }
});
