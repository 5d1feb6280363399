import type { CredentialSource } from '../aws/credential-choice.ts';
import type { TokenProblem } from '../aws/pod-identity.ts';
import type { Area, NamedError } from '../errors/failure.ts';
import type { RunnerKind } from '../runner/kind.ts';

/** What a known error can require of a situation, by the names that the code gives its parts. */
export type Requirements = {
  readonly runner?: RunnerKind;
  readonly source?: CredentialSource;
  readonly endpoint?: 'eks' | 'other';
  readonly status?: number;
  readonly token?: TokenProblem;
};

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
  readonly requires?: Requirements;
};

/** One that the code names, or one that is looked for. */
export type KnownError = Advice & ({ readonly id: NamedError } | (Signs & { readonly id: string }));

export const VPC_ENDPOINT = `aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id <vpc-id> --subnet-ids <subnet-ids> --region <region> --service-name com.amazonaws.<region>`;
export const CHECK_CLOCK = `date -u; chronyc tracking`;
export const ASSUME_ROLE = `- uses: aws-actions/configure-aws-credentials@v6\n  with:\n    role-to-assume: <role-arn>\n    aws-region: <region>`;
/** No connection, in the words of node. */
export const NO_CONNECTION = `ENOTFOUND|EAI_AGAIN|E(?:CONN|HOST|NET|ADDR)[A-Z]{2,20}|ETIMEDOUT|EPIPE|socket hang up|no (?:response|connection) within|TimeoutError|AggregateError`;
