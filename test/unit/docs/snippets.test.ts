import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { BASH, testReal } from '../../harness/real-parts.ts';
import { type Fence, readMarkdown } from './markdown.ts';
import { repositoryFiles, repositoryText } from './repository-files.ts';
import { wholeWorkflow, workflowProblems } from './workflow-check.ts';

type Snippet = Fence & { readonly name: string };

const SNIPPETS: Snippet[] = repositoryFiles('.', '.md').flatMap((document) =>
  readMarkdown(repositoryText(document)).fences.map((fence) => ({
    ...fence,
    name: `${document}:${fence.line}`,
  })),
);

function inLanguage(...languages: string[]): Snippet[] {
  return SNIPPETS.filter(({ language }) => languages.includes(language));
}

test('every snippet says its language, from a list that the tests know how to check', () => {
  const known = ['yaml', 'json', 'sh', 'text', 'ts', 'diff', 'mermaid'];
  expect(SNIPPETS.filter(({ language }) => !known.includes(language)).map(({ name }) => name)).toEqual([]);
});

test.each(inLanguage('yaml'))('YAML parses: $name', ({ text }) => {
  const errors = parseAllDocuments(text).flatMap((document) => document.errors.map(({ message }) => message));
  expect(errors).toEqual([]);
});

test.each(inLanguage('json'))('JSON parses: $name', ({ text }) => {
  expect(() => JSON.parse(text)).not.toThrow();
});

testReal('bash').each(inLanguage('sh'))('the shell can read it: $name', ({ text }) => {
  const { stderr, status } = spawnSync(BASH, ['-n'], { input: text, encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
});

test('every script of npm that a document names is there', () => {
  const { scripts } = JSON.parse(repositoryText('package.json')) as { scripts: Record<string, string> };
  const named = repositoryFiles('.', '.md').flatMap((document) =>
    [...repositoryText(document).matchAll(/npm run ([\w-]+)/g)].map((match) => match[1] ?? ''),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

describe('workflows', () => {
  const workflows = inLanguage('yaml').flatMap(({ text, name }) => {
    const workflow = wholeWorkflow(text);
    return workflow === undefined ? [] : [{ workflow, name }];
  });

  test.each(workflows)('the workflow linter finds nothing, and our names exist: $name', async (snippet) => {
    expect(await workflowProblems(snippet.workflow, snippet.name)).toEqual([]);
  });
});

describe('snippets from files', () => {
  test.each(SNIPPETS.filter(({ source }) => source !== undefined))('$name is in $source', (snippet) => {
    const file = repositoryText(snippet.source ?? '');
    expect(withoutIndent(file)).toContain(withoutIndent(snippet.text));
  });
});

/** Lines without the space around them: a part of a file may stand further left than in the file. */
function withoutIndent(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .join('\n');
}

test('a wrong input, a wrong output and a wrong expression are found', async () => {
  const workflow = wholeWorkflow(`
- id: ecr
  uses: OWNER/ecr-pod-identity-login@v1
  with:
    registrys: '123456789012'
- run: echo \${{ steps.ecr.outputs.registri }} \${{ steps.other.outputs.registry }}
`);
  const problems = await workflowProblems(workflow ?? '', 'planted');
  expect(problems).toContain('no input registrys');
  expect(problems).toContain('no output registri');
  expect(problems.join()).toContain('property "other" is not defined');
});
