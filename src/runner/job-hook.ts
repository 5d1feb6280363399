/**
 * The time limit that the script of a job hook gives the action, in milliseconds. In a step of a
 * workflow, it is undefined. It is an argument, since a job can set variables, but no arguments.
 */
export function jobHookLimitMs(): number | undefined {
  const [, seconds] = /^--job-hook=(.*)$/.exec(process.argv[2] ?? '') ?? [];

  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** Whether a job hook runs the action. If so, it reads variables of the runner, not inputs. */
export const isJobHook = () => jobHookLimitMs() !== undefined;

/** What can be set for a job hook, by the names of the inputs. `on-failure` is no input. */
export const HOOK_SETTINGS = [
  'allowed-account-ids',
  'aws-region',
  'container-cli',
  'credential-source',
  'http-proxy',
  'max-attempts',
  'registries',
  'registry-type',
  'skip-logout',
  'on-failure',
];

/** The variable of the runner that a job hook reads in place of an input. */
export function variableOf(input: string) {
  return `ECR_LOGIN_${input.toUpperCase().replaceAll('-', '_')}`;
}

/** `input 'aws-region'`, `'aws-region'`, `'container-cli: config-file'`. */
const SETTING = /(\binput )?'([a-z-]+)(?:: ([\w-]+))?'/gi;

/**
 * Names settings as their reader knows them: in a job hook, the variable of the runner in place of
 * the input. The text has to be our own, since a word of others can look like a setting.
 */
export function nameSettings(text: string) {
  if (!isJobHook()) return text;

  return text.replace(SETTING, (quoted, input = '', name: string, value?: string) => {
    if (name === 'isolate-docker-config') return 'another DOCKER_CONFIG of the runner';
    if (!HOOK_SETTINGS.includes(name)) return quoted;

    const word = input.replace('Input', 'Variable').replace('input', 'variable');
    const variable = word + variableOf(name);
    return value === undefined ? variable : `${variable}=${value}`;
  });
}
