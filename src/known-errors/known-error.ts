import type { CredentialSource } from '../aws/credential-choice.ts';
import type { TokenProblem } from '../aws/service-account-token.ts';
import type { Area } from '../errors/failure.ts';
import type { RunnerKind } from '../runner/kind.ts';

/** What a known error can require of a situation, by the names that the code gives its parts. */
export type Requirements = {
  runner?: RunnerKind;
  source?: CredentialSource;
  endpoint?: 'eks' | 'other';
  status?: number;
  token?: TokenProblem;
  tokenFile?: 'eks' | 'other';
};

/**
 * A known error: how it is recognized, and what the user is told. If the code names it, it needs
 * neither patterns nor requirements.
 *
 * A text can go over several lines, see `onOneLine`. Its `<placeholders>` are replaced by facts of
 * the failure.
 */
export type KnownError = {
  /** Names the error in the code, and its anchor in docs/troubleshooting.md. */
  id: string;
  /** Instead of those that `explain.ts` names for the table. */
  areas?: Area[];
  /**
   * One of them has to match the message or the details. They take linear time, and are only for
   * the words of others: what the code itself knows is required.
   */
  patterns?: RegExp[];
  /** What must be the case as well. */
  requires?: Requirements;
  /** If this is the case, the error is recognized, whatever `patterns` and `requires` say. */
  alwaysIf?: Requirements;

  cause: string;
  /** What to do. On the page, errors of one table with the same remedy share an entry. */
  remedy: string;
  /** Commands or settings to copy, each on a line of its own. */
  commands?: string[];
};

/** Puts a text of the tables on one line: a line break with its indentation becomes a space. */
export const onOneLine = (text: string) => text.replace(/\n */g, ' ');

export const VPC_ENDPOINT = `aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface
  --vpc-id <vpc-id> --subnet-ids <subnet-ids> --region <region>
  --service-name com.amazonaws.<region>`;

/** No connection, in the words of node. */
export const NO_CONNECTION = [
  /ENOTFOUND|EAI_AGAIN|E(?:CONN|HOST|NET|ADDR)[A-Z]{2,20}|ETIMEDOUT|EPIPE/,
  /socket hang up|no (?:response|connection) within|TimeoutError|AggregateError/,
];
