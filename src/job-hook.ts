/**
 * The time limit that the script of a job hook gives the action, in seconds; undefined in a step of a workflow. It is an
 * argument: a job can set the variables of its steps, but not their arguments.
 */
export function jobHookLimit(args: readonly string[] = process.argv): number | undefined {
  const [, seconds] = /^--job-hook=(.*)$/.exec(args[2] ?? '') ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}

/** Whether the action is run by a job hook. It reads variables of the runner in place of inputs then. */
export const isJobHook = (): boolean => jobHookLimit() !== undefined;

/** What of the action can be set for a job hook, by the names of the inputs. The last one is no input. */
export const HOOK_SETTINGS =
  'allowed-account-ids aws-region container-cli credential-source http-proxy max-attempts registries registry-type skip-logout on-failure'.split(
    ' ',
  );

/** The variable of the runner that a job hook reads in place of an input. */
export const variableOf = (name: string): string =>
  `ECR_LOGIN_${name.toUpperCase().replaceAll('-', '_')}`;

/** Names settings as their reader knows them: what is an input in a step is a variable in a job hook. */
export function nameSettings(text: string): string {
  if (!isJobHook()) return text;
  const own = text.replace(
    /(?:\binput )?'isolate-docker-config(?:: true)?'/g,
    'another DOCKER_CONFIG of the runner',
  );
  return own.replace(/(\binput )?'([a-z-]+)(?:: ([\w-]+))?'/gi, (quoted, input, name, value) => {
    if (!HOOK_SETTINGS.includes(name)) return quoted;
    const word = input?.replace('Input', 'Variable').replace('input', 'variable') ?? '';
    return word + variableOf(name) + (value === undefined ? '' : `=${value}`);
  });
}
