import type { Area, FactName } from '../failure.ts';

/**
 * A known error, as data: how to recognize it, its likely cause, and what to do.
 *
 * The first entry of the area whose pattern matches applies, so specific entries come before general ones. `{name}` is
 * replaced by a fact: what the pattern's named group captures, or what the code that failed knows. A fact that is not known
 * becomes a placeholder (see FACTS).
 *
 * An error that matches no entry is shown in full, without an explanation.
 */
export type KnownError = {
  /** Also the section in docs/troubleshooting.md. */
  readonly id: string;
  readonly areas: readonly Area[];
  /** Matches the message of the error or its details. None: the code that fails names the entry. */
  readonly pattern?: RegExp;
  readonly means: string;
  readonly remedy: string;
};

/** The facts that an entry can name, and the placeholder for each that is not known. */
export const FACTS: Readonly<Record<FactName, string>> = {
  accountId: '<account-id>',
  action: '<action>',
  allowed: '<account-ids>',
  audiences: '<audience>',
  cluster: '<cluster>',
  expiredAt: '<time>',
  host: '<host>',
  identity: '<role-arn>',
  namespace: '<namespace>',
  pod: '<pod>',
  policy: '<policy>',
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
