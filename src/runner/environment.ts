import { devNull, userInfo } from 'node:os';

/** What the process was started with. Taken once and handed on, so that every decision can be tried with another. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Takes the environment of this process, as it is now.
 * On Windows names have no case; there they are kept in upper case, so that a look-up finds `Path` as `PATH`.
 */
export function readEnvironment(): Environment {
  const entries = Object.entries(process.env);
  if (process.platform !== 'win32') return Object.fromEntries(entries);
  return Object.fromEntries(entries.map(([name, text]) => [name.toUpperCase(), text]));
}

/**
 * Keeps an empty HOME from counting as one, before anything reads it: for node and the AWS SDK it is the folder that the
 * step runs in, mostly a checkout, whose `.aws/config` would then decide which credentials are used. Where the user has no other home, the
 * SDK reads no configuration at all.
 */
export function leaveEmptyHome(): void {
  if (process.env['HOME'] !== '') return;
  try {
    userInfo();
    delete process.env['HOME'];
  } catch {
    for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) process.env[name] ||= devNull;
  }
}

/** Variables that are often set from a file or a secret with a line break at its end. */
const TRIMMED = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
];

/** Removes blanks around keys and regions, before anything reads them: the SDK would use them as they are. */
export function trimVariables(): void {
  for (const name of TRIMMED) {
    const text = process.env[name]?.trim();
    if (text) process.env[name] = text;
    else delete process.env[name];
  }
}

/** Makes this process look for programs on another PATH. Returns the environment with it. */
export function usePath(environment: Environment, path: string): Environment {
  process.env['PATH'] = path;
  return { ...environment, PATH: path };
}

/**
 * The value of a variable; one that is empty counts as not set, which is how workflows blank a variable that the
 * runner inherited (`AWS_CONTAINER_CREDENTIALS_FULL_URI: ''`).
 */
export function variable(environment: Environment, name: string): string | undefined {
  return environment[name] || undefined;
}

/**
 * Runs a function while these variables, and only these of them that have a value, are set in this process; before it
 * returns all is as it was. For libraries that read the environment themselves and take no other. The function must
 * not go on in the background.
 */
export function withVariables<Result>(variables: Environment, run: () => Result): Result {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  assign(Object.entries(variables));
  try {
    return run();
  } finally {
    assign(before);
  }
}

/** All are taken out first: on Windows two spellings of a name are one variable. */
function assign(variables: readonly (readonly [string, string | undefined])[]): void {
  for (const [name] of variables) delete process.env[name];
  for (const [name, text] of variables) if (text !== undefined) process.env[name] = text;
}
