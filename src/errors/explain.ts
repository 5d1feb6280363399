// Imported only when something fails: a job that succeeds does not load the texts.

import { type Facts, Failure, messageOf } from './failure.ts';
import { CLIENT } from './known/client.ts';
import { CREDENTIALS } from './known/credentials.ts';
import { ECR } from './known/ecr.ts';
import { IAM } from './known/iam.ts';
import type { KnownError } from './known/known-error.ts';
import { POD_IDENTITY } from './known/pod-identity.ts';
import { PROXY } from './known/proxy.ts';

/**
 * In the order of search. What is said by the one that refused (IAM, the agent, a proxy, the client) comes before what is
 * said of a connection.
 */
export const KNOWN_ERRORS = [...IAM, ...POD_IDENTITY, ...PROXY, ...CLIENT, ...ECR, ...CREDENTIALS];

/**
 * The text for anything that was thrown: what failed and, for a known error, the likely cause and what to do. Of several
 * errors, the text of each one.
 */
export function explain(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(explain))].join('\n');
  const message = messageOf(error);
  if (!(error instanceof Failure)) return message;
  const { knownError, details = '', facts } = error.options;
  const text = `${message}\n${details}`;
  const known =
    knownError === undefined
      ? KNOWN_ERRORS.find(({ areas, pattern }) => isIn(error, areas) && pattern?.test(text) === true)
      : KNOWN_ERRORS.find(({ id }) => id === knownError);
  if (known === undefined) return message;
  const values = { ...facts, ...deniedCall(text), ...known.pattern?.exec(text)?.groups };
  const cause = fill(known.cause, values, PROSE);
  const remedy = fill(known.remedy, values, ONE_WORD);
  return `${message}\nLikely cause: ${cause}\nWhat to do: ${remedy}`;
}

function isIn({ options: { area } }: Failure, areas: KnownError['areas']): boolean {
  return area !== undefined && areas.includes(area);
}

/** What IAM denied to whom. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
const DENIED_CALL =
  /User: (?<principal>\S{1,300}) is not authorized to perform: (?<action>[\w-]{1,60}:\w{1,90})(?: on resource: (?<resource>\S{1,300}))?/;
const ROLE_SESSION = /^arn:([\w-]{1,20}):sts::(\d{12}):assumed-role\/([\w+=,.@-]{1,64})\/[\w+=,.@-]{1,64}$/;

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
