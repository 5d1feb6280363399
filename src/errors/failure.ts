import { types } from 'node:util';

/** Where something failed. */
export type Area = 'pod-identity' | 'credentials' | 'ecr' | 'container-client';

/** A fact of a failure that its explanation can name. */
export type FactName =
  | 'accountId'
  | 'action'
  | 'allowed'
  | 'audiences'
  | 'cluster'
  | 'expiredAt'
  | 'host'
  | 'namespace'
  | 'pod'
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

/** What the code that failed knows of a failure. What it means and what to do is found at the end of the stage. */
export type Symptom = {
  /** What failed, where it helps in the message of the service or the tool that refused. */
  readonly what: string;
  /** Where it failed; known errors are looked for in this area. */
  readonly area?: Area;
  /** Text that helps to recognise the failure but is not shown: error codes, and what is wrong with a token's claims. */
  readonly details?: string;
  /** The ID of the known error that it is, where the code knows that without looking for a pattern. */
  readonly knownError?: string;
  readonly facts?: Facts;
  /** What it means and what to do, where only the code that failed can say it. */
  readonly means?: string;
  readonly remedy?: string;
};

/** An error that the user of the action is to see. Its message says what failed. */
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

/** One error for all that has failed; the only one itself where there is one, or where all say the same. */
export function joinFailures(errors: readonly [unknown, ...unknown[]]): unknown {
  const messages = new Set(errors.map(messageOf));
  return messages.size === 1 ? errors[0] : new AggregateError(errors, [...messages].join('\n'));
}
