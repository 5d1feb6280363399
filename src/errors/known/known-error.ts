import type { Area, NamedError, Situation } from '../failure.ts';

export type Advice = {
  /** `<placeholders>` are replaced by named groups of the pattern, or by the facts of the failure. */
  readonly cause: string;
  /** A sentence, then commands or settings to copy, on lines of their own. */
  readonly remedy: string;
};

/** How an error is recognized, by all that is given. An alternative is a second entry with the same text. */
type Signs = {
  /** Instead of those that `explain.ts` names for the table. */
  readonly areas?: readonly Area[];
  /** Matches the message or the details, in linear time. Only for the words of others: what the code knows is required. */
  readonly pattern?: RegExp;
  readonly requires?: Situation;
};

/** One that the code names, or one that is looked for. */
export type KnownError = Advice & ({ readonly id: NamedError } | (Signs & { readonly id: string }));

export const VPC_ENDPOINT = `aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id <vpc-id> --subnet-ids <subnet-ids> --region <region> --service-name com.amazonaws.<region>`;
export const CHECK_CLOCK = `date -u; chronyc tracking`;
export const ASSUME_ROLE = `- uses: aws-actions/configure-aws-credentials@v6\n  with:\n    role-to-assume: <role-arn>\n    aws-region: <region>`;
/** No connection, in the words of node. */
export const NO_CONNECTION = `ENOTFOUND|EAI_AGAIN|E(?:CONN|HOST|NET|ADDR)[A-Z]{2,20}|ETIMEDOUT|EPIPE|socket hang up|no (?:response|connection) within|TimeoutError|AggregateError`;
