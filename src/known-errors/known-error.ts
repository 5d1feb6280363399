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
 * A known error: how it is recognized, and what the user is told. One that the code names needs no signs.
 *
 * A text can go over several lines, see `onOneLine`. Its `<placeholders>` are replaced by facts of the failure.
 */
export type KnownError = {
  id: string;
  /** Instead of those that `explain.ts` names for the table. */
  areas?: Area[];
  /**
   * One of them matches the message or the details, in linear time. Only for the words of others: what the code knows is
   * required.
   */
  patterns?: RegExp[];
  /** What must be the case as well. */
  requires?: Requirements;
  /** What is enough by itself. */
  alsoIf?: Requirements;

  cause: string;
  remedy: {
    text: string;
    /** Commands or settings to copy, each on a line of its own. */
    commands?: string[];
  };
};

/** A text of the tables as it is shown: a line break, with the indentation that follows it, is a space. */
export const onOneLine = (text: string): string => text.replace(/\n */g, ' ');

export const VPC_ENDPOINT = `aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface
  --vpc-id <vpc-id> --subnet-ids <subnet-ids> --region <region>
  --service-name com.amazonaws.<region>`;

/** No connection, in the words of node. */
export const NO_CONNECTION = [
  /ENOTFOUND|EAI_AGAIN|E(?:CONN|HOST|NET|ADDR)[A-Z]{2,20}|ETIMEDOUT|EPIPE/,
  /socket hang up|no (?:response|connection) within|TimeoutError|AggregateError/,
];
