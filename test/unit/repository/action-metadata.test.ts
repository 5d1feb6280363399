import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ACTION_INPUTS, readInputs } from '../../../src/inputs.ts';
import { lintAction } from '../../lint/workflow-linter.ts';

const TEXT = readFileSync('action.yml', 'utf8');
const README = readFileSync('README.md', 'utf8');
const { findings, action } = lintAction(TEXT, 'action.yml');
const inputs = action?.inputs ?? [];
const outputs = (action?.outputs ?? []).map(({ id }) => id);

/** The rows of the table below a heading of README.md, cell by cell, without the code marks. */
function tableBelow(heading: string): string[][] {
  const section = README.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')),
  );
}

describe('action.yml', () => {
  test('is what GitHub takes for an action', () => {
    expect(findings).toEqual([]);
    expect(action).toBeDefined();
  });

  test('has an entry for each stage', () => {
    expect(action?.runs).toMatchObject({
      using: 'node24',
      main: 'dist/index.js',
      post: 'dist/post/index.js',
    });
  });

  test('describes every input and output', () => {
    expect(inputs.length).toBeGreaterThan(0);
    for (const { description } of [...inputs, ...(action?.outputs ?? [])]) expect(description).toMatch(/\w/);
  });

  test('does not pass for an action of AWS', () => {
    expect(action?.name).not.toMatch(/aws|amazon ecr "?login/i);
    expect(action?.description).toMatch(/not made by AWS/);
    expect(action?.branding?.icon).not.toBe('cloud');
    expect(action?.branding?.color).not.toBe('orange');
  });

  test('has a name and a description that the Marketplace takes', () => {
    expect(action?.name).toBe('ECR Login with EKS Pod Identity');
    // The Marketplace refuses descriptions of 125 characters and more.
    expect(action?.description.length).toBeLessThan(125);
  });
});

describe('the inputs', () => {
  const read = new Set<string>();
  const environment = process.env;

  beforeEach(() => {
    read.clear();
    const defaults = inputs.map(({ id, default: value }) => [
      `INPUT_${id.toUpperCase()}`,
      String(value ?? ''),
    ]);
    process.env = new Proxy(Object.fromEntries(defaults) as NodeJS.ProcessEnv, {
      get(target, name) {
        if (typeof name === 'string' && name.startsWith('INPUT_'))
          read.add(name.slice('INPUT_'.length).toLowerCase());
        return Reflect.get(target, name) as string | undefined;
      },
    });
    jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  });

  afterEach(() => {
    process.env = environment;
    jest.restoreAllMocks();
  });

  test('that the code reads are those of action.yml, both ways, and those of docker/login-action', () => {
    const foreign = ['ecr', 'logout', 'password', 'registry', 'registry-auth', 'scope', 'username'];
    readInputs(ACTION_INPUTS);
    expect([...read].sort()).toEqual([...inputs.map(({ id }) => id), ...foreign].sort());
  });

  test('of the README are those of action.yml, with the same defaults', () => {
    const documented = tableBelow('Inputs').map(([name, value]) => [name, value]);
    expect(documented).toEqual(inputs.map(({ id, default: value }) => [id, String(value ?? '')]));
  });
});

describe('the outputs', () => {
  test('of the README are those of action.yml, and the two for each registry', () => {
    const documented = tableBelow('Outputs').map(([name]) => name);
    const fixed = documented.filter((name) => !name?.includes('<registry>'));
    expect(fixed).toEqual(outputs.filter((name) => !name.includes('<')));
    expect(documented).toContain('docker_username_<registry>');
    expect(documented).toContain('docker_password_<registry>');
  });
});
