// Imported only when something fails: a job that succeeds does not load the texts.

import { type Area, type Facts, Failure, messageOf } from '../errors/failure.ts';
import { nameSettings } from '../runner/job-hook.ts';
import { CLIENT } from './client.ts';
import { CREDENTIALS } from './credentials.ts';
import { ECR } from './ecr.ts';
import { IAM } from './iam.ts';
import type { KnownError } from './known-error.ts';
import { POD_IDENTITY } from './pod-identity.ts';
import { PROXY } from './proxy.ts';

const inAreas = (errors: readonly KnownError[], ...areas: readonly Area[]) =>
  errors.map((known) => ({ areas, pattern: undefined, requires: undefined, ...known }));

/** In the order of search. Who refuses (IAM, the agent, a proxy, the client) says more than a failed connection. */
export const KNOWN_ERRORS = [
  ...inAreas(IAM, 'pod-identity', 'credentials', 'ecr'),
  ...inAreas(POD_IDENTITY, 'pod-identity'),
  ...inAreas(PROXY, 'credentials', 'ecr', 'client'),
  ...inAreas(CLIENT, 'client'),
  ...inAreas(ECR, 'ecr'),
  ...inAreas(CREDENTIALS, 'credentials'),
];

/** What failed and, if it is known, the likely cause and what to do. Of several errors, the text of each one. */
export function explain(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(explain))].join('\n');
  const message = messageOf(error);
  if (!(error instanceof Failure)) return message;
  const { knownError, details = '', facts } = error.options;
  const text = `${message}\n${details}`;
  const known = KNOWN_ERRORS.find((one) =>
    knownError === undefined ? applies(one, error, text) : one.id === knownError,
  );
  if (known === undefined) return message;
  const values = { ...facts, ...deniedCall(text), ...known.pattern?.exec(text)?.groups };
  const cause = fill(nameSettings(known.cause), values, PROSE);
  const remedy = fill(nameSettings(known.remedy), values, ONE_WORD);
  return `${message}\nLikely cause: ${cause}\nWhat to do: ${remedy}`;
}

function applies(
  known: (typeof KNOWN_ERRORS)[number],
  { options }: Failure,
  text: string,
): boolean {
  const { areas, pattern, requires } = known;
  if (options.area === undefined || !areas.includes(options.area)) return false;
  const situation: Readonly<Record<string, unknown>> = options.situation ?? {};
  const isMet = Object.entries(requires ?? {}).every(([fact, value]) => situation[fact] === value);
  return isMet && (pattern?.test(text) ?? requires !== undefined);
}

/** What IAM denied to whom. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
const DENIED_CALL =
  /User: (?<principal>\S{1,300}) is not authorized to perform: (?<action>[\w-]{1,60}:\w{1,90})(?: on resource: (?<resource>\S{1,300}))?/;
const ROLE_SESSION =
  /^arn:([\w-]{1,20}):sts::(\d{12}):assumed-role\/([\w+=,.@-]{1,64})\/[\w+=,.@-]{1,64}$/;

/** Policies name the role, never a session of it: the name of the session changes with each pod and each job. */
function deniedCall(text: string): Facts {
  const { principal, ...call } = DENIED_CALL.exec(text)?.groups ?? {};
  return { ...call, principal: principal?.replace(ROLE_SESSION, 'arn:$1:iam::$2:role/$3') };
}

/** A value of a command to copy: one word without a meaning for a shell, and no option. */
const ONE_WORD = /^[\w./][\w.,:/@+=-]{0,299}$/;
/** A value in a sentence, which can be a list or a URL. */
const PROSE = /^[\w./][\w.,:/@+=[\] -]{0,299}$/;

/**
 * Replaces each placeholder, such as `<service-account>`, by the value of that name. Values can come from a service or
 * from a token: one of another form is left out, and the placeholder stays.
 */
function fill(text: string, values: Facts, form: RegExp): string {
  return text.replace(/<([a-z]+(?:-[a-z]+)*)>/g, (placeholder, words: string) => {
    const name = words.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value !== undefined && form.test(value) ? value : placeholder;
  });
}
