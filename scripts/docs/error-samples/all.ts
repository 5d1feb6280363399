import { ACCESS_DENIED_SAMPLES } from './access-denied.ts';
import { CONTAINER_CLIENT_SAMPLES } from './container-client.ts';
import { CREDENTIALS_SAMPLES } from './credentials.ts';
import { ECR_SAMPLES } from './ecr.ts';
import { POD_IDENTITY_SAMPLES } from './pod-identity.ts';
import { PROXY_SAMPLES } from './proxy.ts';
import type { ErrorSamples } from './sample.ts';

/** The samples of all known errors. */
export const ERROR_SAMPLES: ErrorSamples = {
  ...POD_IDENTITY_SAMPLES,
  ...ACCESS_DENIED_SAMPLES,
  ...PROXY_SAMPLES,
  ...CREDENTIALS_SAMPLES,
  ...ECR_SAMPLES,
  ...CONTAINER_CLIENT_SAMPLES,
};
