import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Environment, variable } from '../runner/environment.ts';
import { readClaims } from './token-claims.ts';

/** The pod that a step runs in, as far as it can be known from inside. */
export type Pod = { readonly namespace?: string; readonly serviceAccount?: string };

/** Where Kubernetes mounts a pod's own service account, unless the pod says not to. */
export const SERVICE_ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Whether this process runs in a pod. Kubernetes sets this variable in every container of every pod. */
export function runsInPod(environment: Environment): boolean {
  return variable(environment, 'KUBERNETES_SERVICE_HOST') !== undefined;
}

/**
 * The namespace and the service account of this pod, from what Kubernetes mounts into it. What is not mounted is left
 * out; that is no error.
 */
export async function readPod(directory: string = SERVICE_ACCOUNT_DIRECTORY): Promise<Pod> {
  const [namespaceFile, token] = await Promise.all([
    readIfThere(join(directory, 'namespace')),
    readIfThere(join(directory, 'token')),
  ]);
  const claims = readClaims(token);
  const namespace = claims?.namespace ?? (DNS_LABEL.test(namespaceFile) ? namespaceFile : undefined);
  return {
    ...(namespace !== undefined && { namespace }),
    ...(claims?.serviceAccount !== undefined && { serviceAccount: claims.serviceAccount }),
  };
}

const DNS_LABEL = /^[a-z0-9-]{1,63}$/;

async function readIfThere(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    return '';
  }
}
