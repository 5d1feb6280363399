import { readFile } from 'node:fs/promises';
import { runnerKind } from '../runner/kind.ts';
import { readClaims } from './service-account-token.ts';

const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** Name, namespace and service account of this pod, as far as they are known without its Kubernetes API token. */
export async function podFacts(env = process.env) {
  const claims = readClaims(await readText(env['AWS_WEB_IDENTITY_TOKEN_FILE']));
  const namespace = await readText(NAMESPACE_FILE);

  return {
    pod: runnerKind(env) === 'pod' ? env['HOSTNAME'] : undefined,
    namespace: claims?.namespace ?? /^[a-z0-9-]{1,63}$/.exec(namespace.trim())?.[0],
    serviceAccount: claims?.serviceAccount,
  };
}

/** Empty if the file cannot be read. */
const readText = (path = '') => readFile(path, 'utf8').catch(() => '');
