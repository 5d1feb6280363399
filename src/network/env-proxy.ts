import http from 'node:http';
import https from 'node:https';

/**
 * Keeps `NODE_USE_ENV_PROXY` from sending requests of the AWS SDK through the proxy of the environment that must never go
 * there: those to the instance metadata, whose responses hold keys in clear text, and those to the EKS Pod Identity agent,
 * which hold its token. Only agents that node creates by itself read the variable; these take their place. Calls to AWS have
 * agents of their own.
 */
export function ignoreEnvProxy(): void {
  // The settings of node's own.
  const settings = { keepAlive: true, scheduling: 'lifo', timeout: 5_000 } as const;
  http.globalAgent = new http.Agent(settings);
  https.globalAgent = new https.Agent(settings);
}
