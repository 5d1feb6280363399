import { posix } from 'node:path';
import { expect, test } from '@jest/globals';
import { anchors, links } from './markdown.ts';
import { kindOfPath, repositoryFiles, repositoryText } from './repository-files.ts';

const DOCUMENTS = repositoryFiles('.', '.md');

test('there are documents to check', () => {
  expect(DOCUMENTS).toEqual(
    expect.arrayContaining(['README.md', 'docs/eks-pod-identity.md', 'examples/README.md']),
  );
});

test.each(DOCUMENTS)('every link inside the repository leads somewhere: %s', (document) => {
  const broken = links(repositoryText(document)).flatMap(({ target, line }) => {
    const problem = problemOf(document, target);
    return problem === undefined ? [] : [`line ${line}: ${target}: ${problem}`];
  });
  expect(broken).toEqual([]);
});

/** What is wrong with a link from a document, if anything. Links to the web are only checked for their scheme. */
function problemOf(document: string, target: string): string | undefined {
  if (/^[a-z]+:/i.test(target)) return target.startsWith('https://') ? undefined : 'not https';
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? document : posix.join(posix.dirname(document), path);
  if (file.startsWith('..')) return 'leads out of the repository';
  const kind = kindOfPath(file);
  if (kind === 'nothing') return 'no such file';
  if (anchor === undefined) return undefined;
  if (kind === 'folder' || !file.endsWith('.md')) return 'an anchor in what has none';
  return anchors(repositoryText(file)).has(anchor) ? undefined : 'no such heading';
}

test('a broken link, a wrong anchor and a way out are found', () => {
  expect(problemOf('README.md', 'docs/no-such-file.md')).toBe('no such file');
  expect(problemOf('docs/eks-pod-identity.md', '#no-such-heading')).toBe('no such heading');
  expect(problemOf('README.md', '../elsewhere.md')).toBe('leads out of the repository');
  expect(problemOf('README.md', 'http://example.com')).toBe('not https');
  expect(problemOf('README.md', 'docs/eks-pod-identity.md#4-the-job')).toBeUndefined();
});
