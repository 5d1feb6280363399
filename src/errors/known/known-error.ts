import type { Area } from '../failure.ts';

/** A known error: how to recognize it, its likely cause, and what to do. An unknown one is shown without them. */
export type KnownError = {
  readonly id: string;
  readonly areas: readonly Area[];
  /** Matches the message or the details, in linear time. Without a pattern, the code that fails names the entry. */
  readonly pattern?: RegExp;
  /** `<placeholders>` are replaced by named groups of the pattern, or by the facts of the failure. */
  readonly cause: string;
  /** A sentence, then commands or settings to copy, on lines of their own. */
  readonly remedy: string;
};

// What several entries say.

export const VPC_ENDPOINT = `aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id <vpc-id> --subnet-ids <subnet-ids> --region <region> --service-name com.amazonaws.<region>`;
export const CHECK_CLOCK = `date -u; chronyc tracking`;
export const ASSUME_ROLE = `- uses: aws-actions/configure-aws-credentials@v6\n  with:\n    role-to-assume: <role-arn>\n    aws-region: <region>`;
/** No connection, in the words of node. */
export const NO_CONNECTION = `ENOTFOUND|EAI_AGAIN|E(?:CONN|HOST|NET|ADDR)[A-Z]{2,20}|ETIMEDOUT|EPIPE|socket hang up|no (?:response|connection) within|TimeoutError|AggregateError`;
