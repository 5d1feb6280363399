import { types } from 'node:util';

/** Where something failed. */
export type Area = 'pod-identity' | 'credentials' | 'ecr' | 'container-client';

/** A fact about a failure that its explanation can name. */
export type FactName =
  | 'accountId'
  | 'action'
  | 'allowed'
  | 'audiences'
  | 'cluster'
  | 'expiredAt'
  | 'host'
  | 'identity'
  | 'namespace'
  | 'pod'
  | 'policy'
  | 'principal'
  | 'profile'
  | 'region'
  | 'registry'
  | 'service'
  | 'role'
  | 'serviceAccount'
  | 'tokenFile'
  | 'tool'
  | 'uri'
  | 'variable';

export type Facts = { readonly [name in FactName]?: string | undefined };

/** What the code that failed knows about it. Cause and remedy are added at the end of the stage. */
export type Symptom = {
  /** What failed, with the message of the service or tool that refused, if there is one. */
  readonly what: string;
  /** Where it failed: only known errors of this area are considered. */
  readonly area?: Area;
  /** Text by which the failure is recognized, and which is not shown: error codes, and what is wrong with the token. */
  readonly details?: string;
  /** The ID of the known error, if the code knows it without a pattern. */
  readonly knownError?: string;
  readonly facts?: Facts;
  /** Cause and remedy, if only the code that failed can tell. */
  readonly means?: string;
  readonly remedy?: string;
};

/** An error for the user of the action. Its message says what failed. */
export class Failure extends Error {
  readonly symptom: Symptom;

  constructor(symptom: Symptom, options?: ErrorOptions) {
    super(symptom.what, options);
    this.name = 'Failure';
    this.symptom = symptom;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return String(types.isNativeError(error) ? error.message || error.name : error);
}

/** Whether an error of Node.js has one of these codes, such as `ENOENT`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return codes.some((known) => known === code);
}

/** Joins errors to one: the first one if all have the same message, else an AggregateError. */
export function joinFailures(errors: readonly [unknown, ...unknown[]]): unknown {
  const messages = new Set(errors.map(messageOf));
  return messages.size === 1 ? errors[0] : new AggregateError(errors, [...messages].join('\n'));
}
