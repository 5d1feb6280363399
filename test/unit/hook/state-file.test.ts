import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Failure } from '../../../src/errors/failure.ts';
import { createState, hasState, openState, removeState } from '../../../src/hook/state-file.ts';

let parent: string;
let directory: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'hook-'));
  directory = join(parent, 'runner', 'state');
});
afterEach(() => {
  rmSync(parent, { recursive: true });
});

test('what the first hook saves, the second one reads', () => {
  expect(hasState(directory)).toBe(false);
  const state = createState(directory, '/node');
  expect([hasState(directory), state.get('logins')]).toEqual([true, '']);
  state.save('logins', '1');
  state.save('login_1', 'x');
  state.save('logins', '2');
  const opened = openState(directory);
  expect(['logins', 'login_1', 'login_2'].map(opened.get)).toEqual(['2', 'x', '']);
  expect([state.get('logins'), readFileSync(join(directory, 'node'), 'utf8')]).toEqual(['2', '/node']);
});

test('only its own user can read it, and no draft stays', () => {
  createState(directory, '/node').save('logins', '1');
  expect(readdirSync(directory).sort()).toEqual(['node', 'state.json']);
  const modes = ['', 'node', 'state.json'].map((name) => statSync(join(directory, name)).mode & 0o777);
  expect(modes).toEqual([0o700, 0o600, 0o600]);
});

test('it is removed with all that is in it, and need not be there', () => {
  createState(directory, '/node').save('logins', '1');
  removeState(directory);
  removeState(directory);
  expect(hasState(directory)).toBe(false);
});

test('a directory that cannot be is a failure with what to do', () => {
  writeFileSync(join(parent, 'runner'), '');
  const create = () => createState(directory, '/node');
  expect(create).toThrow(Failure);
  expect(create).toThrow(`The job hook cannot keep its state in ${directory}: `);
});

describe('counts as empty', () => {
  test.each(['', '{', 'null', '["1"]', '{"logins":1}'])('a file that holds %j', (content) => {
    createState(directory, '/node');
    writeFileSync(join(directory, 'state.json'), content);
    const state = openState(directory);
    expect(['logins', '0'].map(state.get)).toEqual(['', '']);
    state.save('path', '/bin');
    expect(openState(directory).get('path')).toBe('/bin');
  });

  test('one that is not there', () => {
    expect(openState(directory).get('logins')).toBe('');
  });
});
