import type { Area, FactName } from '../failure.ts';

/**
 * What is known of failures, as data: how one is recognised, what it most likely means here, and what to do.
 *
 * The first entry of the right area whose pattern is found in the error's words applies, so those that say more stand
 * before those that say less. `{name}` stands for a fact of the failure at hand: what the pattern's named group found,
 * or what the code that failed knows. A fact that nobody knows becomes a placeholder to fill in (see FACTS).
 *
 * An error that no entry knows is shown whole, as it is.
 */
export type KnownError = {
  /** Name of the entry; docs/troubleshooting.md has a section for each. */
  readonly id: string;
  readonly areas: readonly Area[];
  /** Found in the words of the error. None: the code that fails names the entry itself. */
  readonly pattern?: RegExp;
  readonly means: string;
  readonly remedy: string;
};

/** The facts that an entry can name, and what stands for one that is not known. */
export const FACTS: Readonly<Record<FactName, string>> = {
  accountId: '<account-id>',
  action: '<action>',
  allowed: '<account-ids>',
  audiences: '<audience>',
  cluster: '<cluster>',
  expiredAt: '<time>',
  host: '<host>',
  namespace: '<namespace>',
  pod: '<pod>',
  principal: '<principal>',
  profile: '<profile>',
  region: '<region>',
  registry: '<registry>',
  service: 'the service',
  role: '<role>',
  serviceAccount: '<service-account>',
  tokenFile: '<path>',
  tool: 'the container client',
  uri: '<uri>',
  variable: '<variable>',
};
