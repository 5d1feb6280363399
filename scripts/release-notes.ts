import { readFileSync } from 'node:fs';

// Prints the notes of a release: `node scripts/release-notes.ts v1.2.3 [owner/repository commit]`.
// Ends with an error where the tag does not fit package.json and CHANGELOG.md, so it is the release's check as well.

/** A version of package.json, as a release's tag writes it. Releases are whole versions only. */
const TAG = /^v(\d+\.\d+\.\d+)$/;

/**
 * The text of one version's section of a changelog in Keep a Changelog form.
 * Throws where the section is missing, has no date, or says nothing.
 *
 * @param changelog - the whole text of CHANGELOG.md
 * @param version - without the `v`
 */
export function changelogSection(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.startsWith(`[${version}]`));
  if (section === undefined) throw new Error(`CHANGELOG.md has no section '## [${version}]'.`);
  const [heading = '', ...lines] = section.split('\n');
  if (!/^\[[^\]]+\] - \d{4}-\d{2}-\d{2}$/.test(heading.trimEnd())) {
    throw new Error(`The section of ${version} in CHANGELOG.md has no date: '## ${heading}'.`);
  }
  // The links that Keep a Changelog puts at the end of the file belong to no section.
  const body = lines
    .filter((line) => !/^\[[^\]]+\]: \S+$/.test(line))
    .join('\n')
    .trim();
  if (body === '') throw new Error(`The section of ${version} in CHANGELOG.md is empty.`);
  return body;
}

/** How to use the release by its hash, and how to verify that the workflow made each of its files. */
export function usage(repository: string, commit: string, tag: string): string {
  return [
    '## Use this release',
    '',
    '```yaml',
    `- uses: ${repository}@${commit} # ${tag}`,
    '```',
    '',
    'Every file that a runner executes has a build provenance attestation. To verify all of them in a clone of this tag:',
    '',
    '```sh',
    verifyCommand(repository, tag),
    '```',
  ].join('\n');
}

/**
 * Exits with 0 only if the release of this tag attested every file that a runner executes. The name of the workflow alone
 * proves less: whoever can push a branch can run a workflow of that name there.
 */
export function verifyCommand(repository: string, tag: string): string {
  const release = `https://github.com/${repository}/.github/workflows/release.yml@refs/tags/${tag}`;
  return (
    'git ls-files -z action.yml dist | ' +
    `xargs -0 -I {} gh attestation verify {} --repo ${repository} --cert-identity ${release}`
  );
}

/**
 * The notes of a release.
 * Throws where the tag is no version, or not the one of package.json, or the changelog has nothing on it.
 */
export function releaseNotes(
  tag: string,
  sources: { readonly changelog: string; readonly packageVersion: string },
  release?: { readonly repository: string; readonly commit: string },
): string {
  const version = TAG.exec(tag)?.[1];
  if (version === undefined) throw new Error(`The tag '${tag}' is not of the form v1.2.3.`);
  if (version !== sources.packageVersion) {
    throw new Error(`The tag is ${tag}, but package.json has version ${sources.packageVersion}.`);
  }
  const section = changelogSection(sources.changelog, version);
  if (release === undefined) return `${section}\n`;
  return `${section}\n\n${usage(release.repository, release.commit, tag)}\n`;
}

if (import.meta.filename === process.argv[1]) {
  const [tag = '', repository, commit] = process.argv.slice(2);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const sources = { changelog: readFileSync('CHANGELOG.md', 'utf8'), packageVersion: version };
  const release = repository === undefined || commit === undefined ? undefined : { repository, commit };
  process.stdout.write(releaseNotes(tag, sources, release));
}
