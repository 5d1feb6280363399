import { ACCESS_DENIED } from './access-denied.ts';
import { CONTAINER_CLIENT } from './container-client.ts';
import { CREDENTIALS, CREDENTIALS_OTHERWISE } from './credentials.ts';
import { ECR, ECR_PUBLIC_FIPS } from './ecr.ts';
import type { KnownError } from './known-error.ts';
import { POD_IDENTITY } from './pod-identity.ts';
import { PROXY } from './proxy.ts';

/** All known errors, in the order in which they are looked through. */
export const KNOWN_ERRORS: readonly KnownError[] = [
  ...ACCESS_DENIED,
  ...POD_IDENTITY,
  ECR_PUBLIC_FIPS,
  ...PROXY,
  ...CREDENTIALS,
  ...ECR,
  ...CREDENTIALS_OTHERWISE,
  ...CONTAINER_CLIENT,
];
