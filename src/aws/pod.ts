import { readFile } from 'node:fs/promises';
import { runnerKind } from '../runner/kind.ts';

/** Name, namespace and service account of this pod, as far as they are known without its Kubernetes API token. */
export async function podFacts(env: NodeJS.ProcessEnv = process.env) {
  const namespace = await readFile(
    '/var/run/secrets/kubernetes.io/serviceaccount/namespace',
    'utf8',
  ).catch(() => '');
  const irsa = readClaims(
    await readFile(env['AWS_WEB_IDENTITY_TOKEN_FILE'] ?? '', 'utf8').catch(() => ''),
  );
  return {
    pod: runnerKind(env) === 'pod' ? env['HOSTNAME'] : undefined,
    namespace: irsa?.namespace ?? (/^[a-z0-9-]{1,63}$/.exec(namespace.trim())?.[0] || undefined),
    serviceAccount: irsa?.serviceAccount,
  };
}

/** The audience that EKS Pod Identity requires of a token. */
export const POD_IDENTITY_AUDIENCE = 'pods.eks.amazonaws.com';

/** The claims of a Kubernetes service account token. They are not secret, and not verified. */
export type Claims = {
  readonly namespace: string | undefined;
  readonly serviceAccount: string | undefined;
  /** Newer tokens name the node of the pod. */
  readonly node: string | undefined;
  readonly audiences: readonly string[];
  /** In seconds since 1970. */
  readonly expiresAt: number | undefined;
};

/** Reads the claims of a service account token; undefined if the text is none. */
export function readClaims(token: string): Claims | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const [, namespace, serviceAccount] =
      /^system:serviceaccount:([a-z0-9-]{1,63}):([a-z0-9.-]{1,253})$/.exec(claims.sub) ?? [];
    const node = claims['kubernetes.io']?.node?.name;
    return {
      namespace,
      serviceAccount,
      node,
      audiences: [claims.aud].flat(),
      expiresAt: claims.exp,
    };
  } catch {
    return undefined;
  }
}
