import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { lintWorkflow } from '../../lint/workflow-linter.ts';

type Step = {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
};
type Job = {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly 'runs-on': string;
  readonly strategy?: { readonly matrix?: { readonly os?: readonly string[] } };
  readonly container?: { readonly image: string };
  readonly services?: Readonly<Record<string, { readonly image: string }>>;
  readonly steps: readonly Step[];
};
type Workflow = {
  readonly permissions?: unknown;
  readonly concurrency?: { readonly group?: string };
  readonly jobs: Readonly<Record<string, Job>>;
};

const FOLDER = join('.github', 'workflows');
const FILES = readdirSync(FOLDER).sort();
const texts = new Map(FILES.map((file) => [file, readFileSync(join(FOLDER, file), 'utf8')]));
const textOf = (file: string): string => texts.get(file) ?? '';
const workflowOf = (file: string): Workflow => parse(textOf(file)) as Workflow;
const stepsOf = (workflow: Workflow): Step[] => Object.values(workflow.jobs).flatMap(({ steps }) => steps);

/** Every job that may write something, and what. A new entry needs a reason in the workflow's own comment. */
const WRITES: Readonly<Record<string, readonly string[]>> = {
  'codeql.yml analyze': ['security-events'],
  'rebuild-dist.yml commit': ['actions', 'contents'],
  'release.yml readme': ['contents', 'pull-requests'],
  'release.yml release': ['attestations', 'contents', 'id-token'],
  'scorecard.yml analysis': ['id-token', 'security-events'],
};

test('the workflows are those that the repository is meant to have', () => {
  expect(FILES).toEqual([
    'check-dist.yml',
    'ci.yml',
    'codeql.yml',
    'dependency-review.yml',
    'rebuild-dist.yml',
    'release.yml',
    'scorecard.yml',
  ]);
});

describe.each(FILES)('%s', (file) => {
  test('lints clean', async () => {
    expect(await lintWorkflow(textOf(file), file)).toEqual([]);
  });

  test('pins every action by its full commit hash, with its version in a comment', () => {
    const uses = textOf(file)
      .split('\n')
      .filter((line) => /^\s*(- )?uses:/.test(line));
    expect(uses.length).toBe(stepsOf(workflowOf(file)).filter((step) => step.uses !== undefined).length);
    for (const line of uses) {
      expect(line).toMatch(
        /uses: (?:\.\/\S*|[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\S+@v\S+ # TODO\(pin\))$/,
      );
    }
  });

  test('gives no permission to the workflow as a whole, and to each job only what it needs', () => {
    const workflow = workflowOf(file);
    expect(workflow.permissions).toEqual({});
    for (const [name, { permissions }] of Object.entries(workflow.jobs)) {
      expect(permissions).toBeDefined();
      const writes = Object.entries(permissions ?? {}).filter(([, access]) => access === 'write');
      expect(writes.map(([scope]) => scope).sort()).toEqual(WRITES[`${file} ${name}`] ?? []);
    }
  });

  test('leaves no token behind in the checkout', () => {
    const checkouts = stepsOf(workflowOf(file)).filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    for (const { with: inputs } of checkouts) expect(inputs?.['persist-credentials']).toBe(false);
  });

  test('sets concurrency, and a time limit for each job', () => {
    const workflow = workflowOf(file);
    expect(workflow.concurrency?.group).toBeTruthy();
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  test('puts no expression into a script, where its text would be run', () => {
    for (const { run = '' } of stepsOf(workflowOf(file))) expect(run).not.toContain('${{');
  });

  test('runs nothing with the rights of a pull request from elsewhere', () => {
    expect(textOf(file)).not.toMatch(/pull_request_target|workflow_run/);
  });
});

describe('the images of containers', () => {
  const images = FILES.flatMap((file) =>
    Object.values(workflowOf(file).jobs).flatMap(({ container, services = {} }) =>
      [container, ...Object.values(services)].flatMap((one) => (one === undefined ? [] : [one.image])),
    ),
  );

  test('are pinned by digest, with a tag that says when they were made', () => {
    expect(images).not.toEqual([]);
    for (const image of images) expect(image).toMatch(/^[\w./-]+:\w+-\d{8}@sha256:[0-9a-f]{64}$/);
  });

  test('are the same in all workflows', () => expect(new Set(images).size).toBe(1));
});

describe('a job of several systems', () => {
  const jobs = FILES.flatMap((file) =>
    Object.entries(workflowOf(file).jobs).map(([name, job]) => ({ name: `${file} ${name}`, job })),
  );
  const systems = ({ 'runs-on': runsOn, strategy }: Job): readonly string[] =>
    strategy?.matrix?.os ?? [runsOn];
  const mixed = jobs.filter(({ job }) => systems(job).some((system) => !system.startsWith('ubuntu-')));

  test('is there for Windows and macOS', () => {
    expect(new Set(mixed.flatMap(({ job }) => systems(job).map((system) => system.split('-')[0])))).toEqual(
      new Set(['ubuntu', 'windows', 'macos']),
    );
  });

  // The shells differ: PowerShell on Windows, where `bash` may be the one of WSL; macOS runners have no docker.
  test.each(mixed)('$name runs nothing but single commands of node and npm', ({ job }) => {
    const scripts = job.steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
    expect(scripts.filter((script) => !/^(?:node|npm) [\w./ -]+$/.test(script))).toEqual([]);
    expect(job.container).toBeUndefined();
    expect(job.services).toBeUndefined();
  });
});

test('one action has one hash in all workflows', () => {
  const pins = new Map<string, Set<string>>();
  for (const { uses = '' } of FILES.flatMap((file) => stepsOf(workflowOf(file)))) {
    const [action = '', reference] = uses.split('@');
    const owner = action.split('/').slice(0, 2).join('/');
    if (reference !== undefined) pins.set(owner, (pins.get(owner) ?? new Set()).add(reference));
  }
  expect(pins.size).toBeGreaterThan(0);
  for (const [action, references] of pins)
    expect({ action, pins: references.size }).toEqual({ action, pins: 1 });
});

test('CONTRIBUTING.md lists every action that is not pinned yet, and no other', () => {
  const open = FILES.flatMap((file) =>
    [...textOf(file).matchAll(/uses: (\S+) # TODO\(pin\)/g)].map(([, action = '']) => action),
  );
  const contributing = readFileSync('CONTRIBUTING.md', 'utf8');
  const [, count = 'none named'] = /^Actions left to pin: (\d+)\b/m.exec(contributing) ?? [];
  expect(count).toBe(String(open.length));
  for (const action of open) expect(contributing).toContain(`\`${action}\``);
});

describe('the node of the workflows', () => {
  const { runs } = parse(readFileSync('action.yml', 'utf8')) as { runs: { using: string } };

  test.each(FILES)('is the one that action.yml names: %s', (file) => {
    const setups = stepsOf(workflowOf(file)).filter(({ uses }) => uses?.startsWith('actions/setup-node@'));
    for (const { with: inputs } of setups) expect(`node${inputs?.['node-version']}`).toBe(runs.using);
  });
});

describe('the linter', () => {
  const expression = (inside: string): string => `\${{ ${inside} }}`;
  const workflow = (step: string): string =>
    `on: push\njobs:\n  job:\n    runs-on: ubuntu-24.04\n    steps:\n      - ${step}\n`;

  test('finds nothing in a good workflow', async () => {
    expect(await lintWorkflow(workflow('run: "true"'), 'good.yml')).toEqual([]);
  });

  test.each([
    ['a key that there is not', workflow('rnu: "true"'), /rnu/],
    ['an expression that there is not', workflow(`run: echo ${expression('nothing.there')}`), /nothing/],
    [
      'text of a stranger in a script',
      workflow(`run: echo ${expression('github.event.issue.title')}`),
      /untrusted/,
    ],
    ['an input that an action does not have', workflow('{uses: actions/checkout@v3, with: {no: 1}}'), /"no"/],
    [
      'a runner that there is not',
      workflow('run: "true"').replace('24.04', '04.24'),
      /label "ubuntu-04.24" is unknown/,
    ],
    [
      'a permission that there is not',
      `permissions: {contentz: read}\n${workflow('run: "true"')}`,
      /contentz/,
    ],
  ])('finds %s', async (_, text, finding) => {
    expect((await lintWorkflow(text, 'bad.yml')).join('\n')).toMatch(finding);
  });
});

describe('dependabot.yml', () => {
  type Update = {
    readonly 'package-ecosystem': string;
    readonly directory: string;
    readonly groups: Readonly<Record<string, { readonly patterns?: readonly string[] }>>;
  };
  const { version, updates } = parse(readFileSync(join('.github', 'dependabot.yml'), 'utf8')) as {
    version: number;
    updates: readonly Update[];
  };

  test('looks after the packages and the actions', () => {
    expect(version).toBe(2);
    expect(updates.map((update) => [update['package-ecosystem'], update.directory])).toEqual([
      ['npm', '/'],
      ['github-actions', '/'],
    ]);
  });

  test('updates the packages of the AWS SDK together', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      dependencies: Record<string, string>;
    };
    expect(Object.keys(dependencies).some((name) => name.startsWith('@aws-sdk/'))).toBe(true);
    expect(updates[0]?.groups['aws-sdk']?.patterns).toContain('@aws-sdk/*');
  });
});
