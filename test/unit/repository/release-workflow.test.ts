import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { verifyCommand } from '../../../scripts/release-notes.ts';

type Step = {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
};
type Job = { readonly environment?: string; readonly needs?: string; readonly steps: readonly Step[] };
type Workflow = {
  readonly on: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, Job>>;
};

const workflow = (file: string): Workflow =>
  parse(readFileSync(join('.github', 'workflows', file), 'utf8')) as Workflow;
const { jobs } = workflow('release.yml');
const stepsOf = (job: string): readonly Step[] => jobs[job]?.steps ?? [];

describe('the release', () => {
  test('waits for the tests and for an approval', () => {
    expect(jobs['release']).toMatchObject({ needs: 'verify', environment: 'release' });
  });

  test('attests every file that a runner reads', () => {
    const attest = stepsOf('release').find(({ uses }) =>
      uses?.startsWith('actions/attest-build-provenance@'),
    );
    expect(attest?.with?.['subject-path']?.trim().split('\n')).toEqual([
      'action.yml',
      'dist/**',
      'job-hook.tar.gz',
    ]);
  });
});

describe('on a runner', () => {
  let folder: string;
  let commit: string;
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'release-'));
    git('init', '--quiet');
    mkdirSync(join(folder, 'dist', 'post'), { recursive: true });
    for (const name of ['action.yml', 'dist/index.js', 'dist/post/index.js', 'README.md'])
      writeFileSync(join(folder, name), name);
    git('add', '.');
    git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message', 'a');
    commit = git('rev-parse', 'HEAD');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a script as a runner does, with a `gh` that does this; gives its exit code, and what it was asked for. */
  function run(script: string, gh: string, env: Record<string, string> = {}) {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'gh'), `#!/bin/sh\necho "$*" >>"${folder}/asked"\n${gh}\n`);
    chmodSync(join(bin, 'gh'), 0o755);
    const { status } = spawnSync('bash', ['-eo', 'pipefail', '-c', script], {
      cwd: folder,
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}`, ...env },
    });
    return { status, asked: readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n') };
  }

  test.each([
    ['is released if it is the one that was tested', {}, 0],
    ['is refused if the tag was moved', { tagged: 'f'.repeat(40) }, 1],
    ['is refused if another one was tested', { TESTED: 'f'.repeat(40) }, 1],
    ['is refused if nothing was tested', { TESTED: '' }, 1],
    ['is refused if the run is for another one', { GITHUB_SHA: 'f'.repeat(40) }, 1],
  ])('the commit %s', (_, { tagged = commit, ...other }: Record<string, string>, status) => {
    const check = stepsOf('release').find(({ name }) => name?.startsWith('The tag still points'));
    const env = {
      GITHUB_REPOSITORY: 'o/r',
      GITHUB_REF_NAME: 'v1.2.3',
      GITHUB_SHA: commit,
      TESTED: commit,
      ...other,
    };
    const result = run(check?.run ?? '', `echo ${tagged}`, env);
    expect(result).toEqual({ status, asked: ['api repos/o/r/commits/tags/v1.2.3 --jq .sha'] });
  });

  test('the command of the notes verifies every file that a runner reads', () => {
    const { status, asked } = run(verifyCommand('o/r', 'v1.2.3'), '');
    expect(status).toBe(0);
    expect(asked).toEqual(
      ['action.yml', 'dist/index.js', 'dist/post/index.js'].map(
        (file) =>
          `attestation verify ${file} --repo o/r --cert-identity https://github.com/o/r/.github/workflows/release.yml@refs/tags/v1.2.3`,
      ),
    );
  });

  test.each(['examples/ec2/install-job-hook.sh', 'examples/images/runner-job-hook.Dockerfile'])(
    '%s verifies that the release of its version made the job hook',
    (file) => {
      const text = readFileSync(file, 'utf8').replaceAll(/[{}]/g, '');
      expect(text).toContain(
        '--cert-identity "https://github.com/$REPOSITORY/.github/workflows/release.yml@refs/tags/$VERSION"',
      );
    },
  );

  test('the command of the notes fails if one file is not attested', () => {
    expect(run(verifyCommand('o/r', 'v1.2.3'), 'case "$3" in dist/index.js) exit 1 ;; esac').status).not.toBe(
      0,
    );
  });
});

describe('a rebuilt bundle', () => {
  /** The workflows whose jobs the branch rule of CONTRIBUTING.md requires. */
  const REQUIRED = ['check-dist.yml', 'ci.yml', 'dependency-review.yml'];

  test('is checked by every workflow that a merge requires', () => {
    const script = workflow('rebuild-dist.yml').jobs['commit']?.steps.at(-1)?.run ?? '';
    const [, started = ''] =
      /for workflow in (.*); do\n +gh workflow run "\$workflow" --ref "\$BRANCH"/.exec(script) ?? [];
    expect(started.split(' ')).toEqual(REQUIRED);
  });

  test.each(REQUIRED)('%s can be started for it', (file) => {
    expect(Object.keys(workflow(file).on)).toContain('workflow_dispatch');
  });
});
