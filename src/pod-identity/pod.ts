import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Environment, variable } from '../runner/environment.ts';
import { runnerKind } from '../runner/runner-kind.ts';
import { readClaims } from './token-claims.ts';

/** The pod that a step runs in, as far as it can be known from inside. */
export type Pod = {
  readonly pod: string | undefined;
  readonly namespace: string | undefined;
  readonly serviceAccount: string | undefined;
};

/** The files that tell of the pod. */
export type PodFiles = {
  /** Where Kubernetes mounts the pod's own service account, unless the pod has `automountServiceAccountToken: false`. */
  readonly serviceAccount: string;
  /** Its search domains start with the namespace. */
  readonly resolvConf: string;
};

const POD_FILES: PodFiles = {
  serviceAccount: '/var/run/secrets/kubernetes.io/serviceaccount',
  resolvConf: '/etc/resolv.conf',
};

/**
 * Reads name, namespace and service account of this pod from its tokens, its search domains and its variables. What is
 * not known is left out.
 */
export async function readPod(environment: Environment, files: PodFiles = POD_FILES): Promise<Pod> {
  const [mounted, resolvConf, ...texts] = await Promise.all([
    readIfThere(join(files.serviceAccount, 'namespace')),
    readIfThere(files.resolvConf),
    readIfThere(join(files.serviceAccount, 'token')),
    readIfThere(variable(environment, 'AWS_WEB_IDENTITY_TOKEN_FILE')),
  ]);
  const claims = texts.map((text) => readClaims(text)).find((one) => one?.serviceAccount !== undefined);
  const namespace = claims?.namespace ?? nameIn(/^([a-z0-9-]{1,63})$/, mounted) ?? nameIn(SEARCH, resolvConf);
  const pod = runnerKind(environment) === 'pod' ? variable(environment, 'HOSTNAME') : undefined;
  return { pod, namespace, serviceAccount: claims?.serviceAccount };
}

/** The first search domain of a pod is `<namespace>.svc.<cluster domain>`. */
const SEARCH = /^search\s+([a-z0-9-]{1,63})\.svc\./m;

function nameIn(form: RegExp, text: string): string | undefined {
  return form.exec(text)?.[1];
}

/** The text of a file; empty if there is none. */
async function readIfThere(path = ''): Promise<string> {
  return (await readFile(path, 'utf8').catch(() => '')).trim();
}
