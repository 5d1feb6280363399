import { types } from 'node:util';

/** The three parts of an error that a user can act on. */
export type Explanation = {
  /** What failed, where it helps in the words of the service or the tool that refused. */
  readonly what: string;
  /** What that most likely means here. */
  readonly means?: string;
  /** What to do: a command or a line of YAML to copy. */
  readonly remedy?: string;
  /** The entry of the knowledge that explains it (see knowledge.ts). */
  readonly id?: string;
};

/** An error whose message is meant for the user of the action as it stands. */
export class Failure extends Error {
  readonly explanation: Explanation;

  constructor(explanation: Explanation, options?: ErrorOptions) {
    super(explained(explanation), options);
    this.name = 'Failure';
    this.explanation = explanation;
  }
}

function explained({ what, means, remedy }: Explanation): string {
  return [
    what,
    ...(means === undefined ? [] : [`Likely cause: ${means}`]),
    ...(remedy === undefined ? [] : [`What to do: ${remedy}`]),
  ].join('\n');
}

/** The words of anything that was thrown. */
export function messageOf(error: unknown): string {
  return String(types.isNativeError(error) ? error.message || error.name : error);
}

/** One error for all that has failed: what each says, once. The debug log has the others as its cause. */
export function joinFailures(errors: readonly [unknown, ...unknown[]]): unknown {
  const messages = [...new Set(errors.map(messageOf))];
  if (messages.length === 1) return errors[0];
  return new Failure({ what: messages.join('\n') }, { cause: new AggregateError(errors) });
}
