import type { LogLine } from '../../test/harness/masking.ts';
import type { Scenario } from '../../test/harness/namespace.ts';

/** The run that a picture shows. */
export type PicturedRun = 'good' | 'no-association';

/** docker as the harness puts it on the path, to record how it is called. */
const RECORDING_DOCKER = /\S+\/tools\/bin\/docker/;

/** The log of the main step of a runner pod on EKS, under the real names of AWS; run in a namespace. */
const mainStep: Scenario<PicturedRun, LogLine[]> = async (world, run) => {
  world.mountServiceAccount('arc-runners', 'arc-runner');
  if (run === 'good') world.agent.associations.set('arc-runners/arc-runner', world.identities.pod);
  const env = world.podIdentityEnv({ namespace: 'arc-runners', serviceAccount: 'arc-runner' });
  const { logLines, exitCode } = await world.main({ env, debug: false });
  if (exitCode !== (run === 'good' ? 0 : 1)) throw new Error(`The step ended with exit code ${exitCode}`);
  return logLines.map(({ kind, text }) => ({
    kind,
    text: text.replace(RECORDING_DOCKER, '/usr/bin/docker'),
  }));
};

export default mainStep;
