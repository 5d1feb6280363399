import type { Environment } from '../runner/environment.ts';

/**
 * Variables of the runner that a container client does not get: AWS keys, tokens of the runner and of GitHub, the inputs
 * of this action and the settings of its job hooks (they can contain the password of a proxy), its state, and the files by
 * which a step changes its job.
 * docs/security.md has the same list; a test compares them.
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
  /^GITHUB_ENTERPRISE_TOKEN$/,
  /^GH_ENTERPRISE_TOKEN$/,
  /^INPUT_/,
  /^STATE_/,
  /^ECR_LOGIN_/,
  /^GITHUB_(?:ENV|OUTPUT|PATH|STATE|STEP_SUMMARY)$/,
];

/**
 * The environment for a container client: that of the action, without what the client does not need and could leak. The
 * rest stays, since clients and their credential stores depend on variables that no list knows.
 */
export function childEnvironment(environment: Environment): Environment {
  const kept = Object.entries(environment).filter(
    ([name]) => !NOT_FOR_CHILDREN.some((pattern) => pattern.test(name)),
  );
  return Object.fromEntries(kept);
}
