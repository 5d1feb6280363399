import type { Environment } from '../runner/environment.ts';

/**
 * Variables that a container client gets nothing of, though the action inherited them: the keys that sign calls to AWS,
 * the tokens of the runner and of GitHub, this action's own inputs (a proxy's password can be in them) and state, and the
 * files by which a step changes its job. docs/security.md has the same list, which a test holds to this one.
 */
export const NOT_FOR_CHILDREN: readonly RegExp[] = [
  /^AWS_ACCESS_KEY_ID$/,
  /^AWS_SECRET_ACCESS_KEY$/,
  /^AWS_SESSION_TOKEN$/,
  /^AWS_SECURITY_TOKEN$/,
  /^AWS_CONTAINER_AUTHORIZATION_TOKEN$/,
  /^AWS_BEARER_TOKEN_/,
  /^ACTIONS_ID_TOKEN_REQUEST_TOKEN$/,
  /^ACTIONS_RUNTIME_TOKEN$/,
  /^GITHUB_TOKEN$/,
  /^GH_TOKEN$/,
  /^INPUT_/,
  /^STATE_/,
  /^GITHUB_(?:ENV|OUTPUT|PATH|STATE|STEP_SUMMARY)$/,
];

/**
 * The environment for a container client: what the action inherited, less what the client does not need and could give
 * away. The rest stays, since clients and their credential stores are led by variables that no list knows.
 */
export function childEnvironment(environment: Environment): Environment {
  const kept = Object.entries(environment).filter(
    ([name]) => !NOT_FOR_CHILDREN.some((pattern) => pattern.test(name)),
  );
  return Object.fromEntries(kept);
}
