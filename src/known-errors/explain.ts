// Imported only when something fails: a job that succeeds does not load the texts.

import { type Area, type Facts, Failure, messageOf } from '../errors/failure.ts';
import { nameSettings } from '../runner/job-hook.ts';
import { CLIENT } from './client.ts';
import { CREDENTIALS } from './credentials.ts';
import { ECR } from './ecr.ts';
import { deniedCall, IAM } from './iam.ts';
import { type KnownError, onOneLine, type Requirements } from './known-error.ts';
import { POD_IDENTITY } from './pod-identity.ts';
import { PROXY } from './proxy.ts';

const inAreas = (errors: KnownError[], ...areas: Area[]) =>
  errors.map((known) => ({ areas, ...known }));

/**
 * In the order of search: the first match wins. Who refuses (IAM, the agent, a proxy, the client)
 * says more than a failed connection.
 */
export const KNOWN_ERRORS = [
  ...inAreas(IAM, 'pod-identity', 'credentials', 'ecr'),
  ...inAreas(POD_IDENTITY, 'pod-identity'),
  ...inAreas(PROXY, 'credentials', 'ecr', 'client'),
  ...inAreas(CLIENT, 'client'),
  ...inAreas(ECR, 'ecr'),
  ...inAreas(CREDENTIALS, 'credentials'),
];

/**
 * What failed and, if the error is known, the likely cause, what to do, and a link to its entry. Of
 * several errors, the text of each one.
 */
export function explain(error: unknown): string {
  if (error instanceof AggregateError) {
    const texts = new Set(error.errors.map(explain));
    return [...texts].join('\n');
  }

  const message = messageOf(error);
  if (!(error instanceof Failure)) return message;

  const { details = '', facts, commands = [] } = error.options;
  const text = `${message}\n${details}`;
  const known = findKnown(error, text);
  if (known === undefined) return message;

  const values = { ...facts, ...deniedCall(text) };
  const toDo = [`What to do: ${known.remedy}`, ...(known.commands ?? []), ...commands];

  return [
    message,
    fill(`Likely cause: ${known.cause}`, values, PROSE),
    ...toDo.map((line) => fill(line, values, ONE_WORD)),
    ...linkTo(known.id),
  ].join('\n');
}

/** A page of a repository at a branch, a tag or a commit. */
const PAGE = /^https?:\/\/[\w.-]+(?::\d+)?\/[\w-]+\/[\w.-]*[\w-]\/blob\/(?!.*\.\.)\w[\w./@+-]*$/;

/**
 * The line with the link to the entry of a known error. The variables are those of the runner, or of
 * the owner of a job hook; an action of the workflow's own repository, `uses: ./`, has none.
 */
function linkTo(id: string) {
  const { GITHUB_SERVER_URL, GITHUB_ACTION_REPOSITORY = '', GITHUB_ACTION_REF = '' } = process.env;
  const root = `${GITHUB_SERVER_URL}/${GITHUB_ACTION_REPOSITORY}/blob/${GITHUB_ACTION_REF}`;

  return PAGE.test(root) ? [`More: ${root}/docs/troubleshooting.md#${id}`] : [];
}

/** The known error that the code names, or the first one that the failure shows the signs of. */
function findKnown({ options }: Failure, text: string) {
  const { area, knownError, situation = {} } = options;
  if (knownError !== undefined) return KNOWN_ERRORS.find(({ id }) => id === knownError);

  const isMet = (requirements: Requirements = {}) =>
    Object.entries(requirements).every(([fact, value]) => situation[fact] === value);

  return KNOWN_ERRORS.find(({ areas, patterns, requires, alwaysIf }) => {
    if (area === undefined || !areas.includes(area)) return false;

    const isSaid = patterns?.some((pattern) => pattern.test(text)) ?? requires !== undefined;
    return (isSaid && isMet(requires)) || (alwaysIf !== undefined && isMet(alwaysIf));
  });
}

/** A value of a command to copy: one word without a meaning for a shell, and no option. */
const ONE_WORD = /^[\w./][\w.,:/@+=-]{0,299}$/;

/** A value in a sentence, which can be a list or a URL. */
const PROSE = /^[\w./][\w.,:/@+=[\] -]{0,299}$/;

/**
 * Replaces each placeholder, such as `<service-account>`, by the value of that name.
 *
 * Values can come from a service or from a token. If a value has another form, the placeholder
 * stays. Settings are named before values are put in: a value can look like a setting.
 */
function fill(text: string, values: Facts, form: RegExp) {
  const ours = nameSettings(onOneLine(text));

  return ours.replace(/<([a-z]+(?:-[a-z]+)*)>/g, (placeholder, words: string) => {
    const name = words.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const value = values[name];
    return value !== undefined && form.test(value) ? value : placeholder;
  });
}
