import { expect, test } from '@jest/globals';
import { tableUnder } from './markdown.ts';
import { repositoryFiles, repositoryText } from './repository-files.ts';

const GUIDE = repositoryText('docs/eks-pod-identity.md');

test('the guide names every stand-in that the demo and the tests use, and no other', () => {
  const named = tableUnder(GUIDE, 'What the demo stands in for').flatMap(([files = '']) =>
    [...files.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
  );
  const standIns = repositoryFiles('test/harness', '.ts').filter((path) =>
    /extends HttpStandIn|createServer\(/.test(repositoryText(path)),
  );
  const servers = standIns.map((path) => path.replace('test/harness/', '')).filter((name) => name !== BASE);
  expect(named).toEqual(expect.arrayContaining(servers));
  expect(
    named.filter((name) => !repositoryFiles('test/harness', name).includes(`test/harness/${name}`)),
  ).toEqual([]);
});

/** What the stand-ins have in common, not one of its own. */
const BASE = 'http-stand-in.ts';

test('the placeholders of the guide are those of the examples', () => {
  const examples = repositoryFiles('examples', '').map(repositoryText).join('\n');
  const placeholders = tableUnder(GUIDE, 'How it works').flatMap(([cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
  );
  expect(placeholders.length).toBeGreaterThan(5);
  expect(placeholders.filter((placeholder) => !examples.includes(placeholder))).toEqual([]);
});
