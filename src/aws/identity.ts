import { type Environment, variable } from '../environment.ts';

/** Where the credentials that sign the calls come from. */
export type CredentialSource = 'environment' | 'container' | 'default-chain';

/** Who signs, and why. */
export type Signer = { readonly source: CredentialSource; readonly name: string; readonly reason: string };

/**
 * Decides who signs.
 *
 * Keys in the environment come first: a step of this job has put them there, so they are what the workflow means,
 * whatever identity the runner's pod has besides. The pod's identity comes next, asked for directly: the SDK's own
 * chain would hide its errors behind those of the sources that it tries afterwards.
 */
export function chooseSigner(environment: Environment): Signer {
  if (variable(environment, 'AWS_ACCESS_KEY_ID') && variable(environment, 'AWS_SECRET_ACCESS_KEY')) {
    return {
      source: 'environment',
      name: 'the keys in the environment',
      reason: 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set',
    };
  }
  if (variable(environment, 'AWS_CONTAINER_CREDENTIALS_FULL_URI')) {
    return {
      source: 'container',
      name: 'EKS Pod Identity',
      reason: 'AWS_CONTAINER_CREDENTIALS_FULL_URI is set',
    };
  }
  return {
    source: 'default-chain',
    name: "the AWS SDK's default credentials",
    reason: 'neither keys nor AWS_CONTAINER_CREDENTIALS_FULL_URI are set',
  };
}
