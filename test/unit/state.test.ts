import { describe, expect, test } from '@jest/globals';
import { readState, type SavedLogin, type StateStore, StateWriter } from '../../src/state.ts';

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
    expect([values['logins'], values['login_2']]).toEqual(['3', '']);
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
    ['no object', '"docker"'],
    ['an option for a registry', JSON.stringify(login('--config=/tmp'))],
    ['no tool', JSON.stringify({ ...login('a.example'), tool: 'rm' })],
    ['a file that is no text', JSON.stringify({ ...login('a.example'), file: 5 })],
    ['a variable that is no text', JSON.stringify({ ...login('a.example'), variables: { HOME: 5 } })],
    ['PATH', JSON.stringify({ ...login('a.example'), variables: { PATH: '/tmp' } })],
    ['LD_PRELOAD', JSON.stringify({ ...login('a.example'), variables: { LD_PRELOAD: '/tmp/x.so' } })],
  ])('a login with %s', (_, text) => {
    const { store } = makeStore({ logins: '2', login_1: text, login_2: JSON.stringify(login('b.example')) });
    expect(readState(store)).toEqual({
      ...NOTHING,
      logins: [login('b.example')],
      problems: [invalid('login_1')],
    });
  });

  test.each(['x', '-1', '1e9', '123456'])('a count of %s', (logins) => {
    expect(readState(makeStore({ logins }).store)).toEqual({ ...NOTHING, problems: [invalid('logins')] });
  });

  test.each(['"/home"', '[1]', '{}', '['])('a list of locked directories: %s', (locked) => {
    expect(readState(makeStore({ locked }).store)).toEqual({ ...NOTHING, problems: [invalid('locked')] });
  });

  test.each([
    ['{"directory":1}'],
    [JSON.stringify({ ...isolation, isFirst: 'yes' })],
    [JSON.stringify({ ...isolation, moved: [{ name: 'A' }] })],
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
