import type { Scenario } from '../../harness/namespace.ts';
import type { PushTool } from '../../harness/push.ts';

/** What the test looks at, once the job is over. */
export interface SeedCase {
  main: { exitCode: number | null; log: string; outputs: Record<string, string> };
  post: { exitCode: number | null };
  signer: string | undefined;
  /** The Host headers that the agent and ECR were called by. */
  agentHosts: string[];
  apiHosts: string[];
  /** Why the pushes failed, by tool; empty for a push that went through. */
  pushes: Record<PushTool, string>;
  pushAfterLogout: string;
  loginsLeft: string[];
}

async function outcome(work: Promise<void>): Promise<string> {
  try {
    await work;
    return '';
  } catch (error) {
    return String(error);
  }
}

/** A job in a pod on EKS: log in, push with real clients, log out. */
const seedCase: Scenario<null, SeedCase> = async (world) => {
  const host = await world.registryHost();
  const main = await world.main({ env: world.podIdentityEnv() });
  const pushes = {
    oras: await outcome(world.push('oras', host)),
    skopeo: await outcome(world.push('skopeo', host)),
  };
  const post = await world.post(main);
  const pushAfterLogout = await outcome(world.push('oras', host));
  const { exitCode, log, outputs } = main;
  return {
    main: { exitCode, log, outputs },
    post: { exitCode: post.exitCode },
    signer: world.aws.calls[0]?.signer?.arn,
    agentHosts: world.agent.requests.map(({ headers }) => headers.host ?? ''),
    apiHosts: world.aws.calls.map((call) => call.host),
    pushes,
    pushAfterLogout,
    loginsLeft: Object.keys(world.dockerLogins()),
  };
};

export default seedCase;
