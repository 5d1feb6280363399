import type { Scenario } from '../../harness/namespace.ts';

/** How the pulls of a private image ended: empty for one that went through, else what the client said. */
export interface JobHook {
  hooks: (number | null)[];
  warnings: string[];
  beforeHook: string;
  afterHook: string;
  afterJob: string;
}

/**
 * A job in a pod on EKS that the job hooks log in: before it, during it, and after it a real client pulls a private image
 * with the docker configuration of the runner's user, and nothing else.
 */
const jobHook: Scenario<null, JobHook> = async (world) => {
  const host = await world.registryHost();
  // What an earlier job has pushed, and logged out of.
  const main = await world.main({ env: world.podIdentityEnv() });
  await world.push('skopeo', host);
  await world.post(main);

  const pull = (): Promise<string> =>
    world.pull(host).then(
      () => '',
      (error) => String(error),
    );
  const beforeHook = await pull();
  const started = await world.hook('job-started', { env: world.podIdentityEnv() });
  const afterHook = await pull();
  const completed = await world.hook('job-completed');
  const afterJob = await pull();
  return {
    hooks: [started.exitCode, completed.exitCode],
    warnings: [...started.warnings, ...completed.warnings],
    beforeHook,
    afterHook,
    afterJob,
  };
};

export default jobHook;
