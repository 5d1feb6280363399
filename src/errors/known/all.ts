import { CLIENT } from './client.ts';
import { CREDENTIALS } from './credentials.ts';
import { ECR } from './ecr.ts';
import { IAM } from './iam.ts';
import type { KnownError } from './known-error.ts';
import { POD_IDENTITY } from './pod-identity.ts';
import { PROXY } from './proxy.ts';

/**
 * The known errors in the order of search: the first one of the area whose pattern matches applies. What is said by the
 * one that refused (IAM, the agent, a proxy, the client) comes before what is said of a connection.
 */
export const KNOWN_ERRORS: readonly KnownError[] = [
  ...IAM,
  ...POD_IDENTITY,
  ...PROXY,
  ...CLIENT,
  ...ECR,
  ...CREDENTIALS,
];
