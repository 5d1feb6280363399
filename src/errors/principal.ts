import type { Facts } from './failure.ts';

/** The ARN of a role session: partition, account, role name, session name. The path of the role is not in it. */
const ROLE_SESSION =
  /^arn:(?<partition>[\w-]+):sts::(?<account>\d{12}):assumed-role\/(?<role>[\w+=,.@-]{1,64})\/[\w+=,.@-]+$/;

/**
 * What a principal of an error message is in IAM: policies name the role or user, never a session of the role, whose name
 * changes with each pod and each job.
 */
export function principalFacts(principal: string): Pick<Facts, 'identity' | 'role'> {
  const { partition, account, role } = ROLE_SESSION.exec(principal)?.groups ?? {};
  return role === undefined
    ? { identity: principal }
    : { identity: `arn:${partition}:iam::${account}:role/${role}`, role };
}
