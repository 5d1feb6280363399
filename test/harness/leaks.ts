import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StepResult } from './runner.ts';
import { Masks, SHOWN } from './workflow-commands.ts';

export interface Secret {
  kind: 'password' | 'secret key' | 'session token' | 'service account token' | 'proxy password';
  value: string;
}

/** A part of a secret is a leak, too, if it has this many characters. */
const WINDOW = 20;
/** The action cannot tell a shorter secret from a word. Only the runner's mask hides it. */
const SHORTEST_SECRET = 8;

/**
 * Base64 of a secret inside a longer text, at each of the three places where the secret can begin.
 * Leaves out the characters that depend on the text around the secret.
 */
function embeddedBase64(value: string) {
  return [0, 1, 2].flatMap((shift) => {
    const bytes = Buffer.from(value).subarray(shift);
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 3));

    return [whole.toString('base64'), whole.toString('base64url')];
  });
}

/**
 * The forms in which a secret can leak. Only the signature of a service account token is secret.
 */
function secretForms({ kind, value }: Secret) {
  const secret = kind === 'service account token' ? (value.split('.').at(-1) ?? value) : value;

  const forms = [secret, ...embeddedBase64(secret)].flatMap((form) => {
    const uri = encodeURIComponent(form);
    const lowerCase = uri.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());

    return [form, uri, lowerCase, JSON.stringify(form).slice(1, -1)];
  });

  return [...new Set(forms)].filter((form) => form.length >= 6);
}

/** Finds secrets in text, in any of their forms, whole or in part. */
class SecretFinder {
  #windows = new Map<string, Secret>();
  #short: [form: string, secret: Secret][] = [];

  constructor(secrets: Iterable<Secret>) {
    for (const secret of secrets) {
      for (const form of secretForms(secret)) this.#add(form, secret);
    }
  }

  find(text: string): Secret[] {
    const found = new Set<Secret>();

    for (let start = 0; start + WINDOW <= text.length; start += 1) {
      const secret = this.#windows.get(text.slice(start, start + WINDOW));
      if (secret !== undefined) found.add(secret);
    }
    for (const [form, secret] of this.#short) {
      if (text.includes(form)) found.add(secret);
    }

    return [...found];
  }

  #add(form: string, secret: Secret) {
    if (form.length < WINDOW) {
      this.#short.push([form, secret]);
      return;
    }

    for (let end = WINDOW; end <= form.length; end += WINDOW) {
      this.#windows.set(form.slice(end - WINDOW, end), secret);
    }
    this.#windows.set(form.slice(-WINDOW), secret);
  }
}

type Finding = [place: string, secrets: Secret[]];

function inOutput(result: StepResult, finder: SecretFinder): Finding[] {
  const masks = new Masks();

  return result.lines.map(({ text, command, stream }, index) => {
    if (command?.name === 'add-mask') {
      masks.add(command.message);
      return ['', []];
    }

    const shown = `${text}\n${command?.message ?? ''}`;
    const long = finder.find(shown).filter(({ value }) => value.length >= SHORTEST_SECRET);

    return [`line ${index + 1} of ${stream}`, [...long, ...finder.find(masks.apply(shown))]];
  });
}

/** No secret is in what tools get, except the password of the proxy, which tools need. */
function inTools({ toolRuns }: StepResult, finder: SecretFinder): Finding[] {
  return toolRuns.flatMap(({ tool, argv, env }) => {
    const variables = Object.entries(env).map(([name, value]): Finding => {
      const found = finder.find(value).filter(({ kind }) => kind !== 'proxy password');

      return [`the variable ${name} of ${tool}`, found];
    });

    return [[`the arguments of ${tool}`, finder.find(argv.join('\n'))], ...variables];
  });
}

/** No secret is in the files of the runner, except a password in the outputs for it. */
function inFileCommands(result: StepResult, finder: SecretFinder): Finding[] {
  const files = {
    output: result.outputs,
    state: result.state,
    'exported variable': result.exportedEnv,
    'job summary': { '': result.summary },
  };

  return Object.entries(files).flatMap(([what, values]) =>
    Object.entries(values).map(([name, value]): Finding => {
      const isDocumented = what === 'output' && name.startsWith('docker_password');
      const found = finder.find(value).filter(({ kind }) => !isDocumented || kind !== 'password');

      return [`the ${what} ${name}`, found];
    }),
  );
}

function unmaskedPasswords({ options, outputs, masks }: StepResult) {
  if (/^\s*false\s*$/i.test(options.inputs['mask-password'] ?? '')) return [];

  const passwords = Object.keys(outputs).filter((name) => name.startsWith('docker_password'));
  const unmasked = passwords.filter((name) => !masks.has(outputs[name] ?? ''));

  return unmasked.map((name) => `the output ${name} is not masked`);
}

/**
 * Searches the files that other users can read. A step that runs at the same time can remove files
 * during the search.
 */
function inFiles(directory: string, finder: SecretFinder): Finding[] {
  const list = (): string[] =>
    unlessGone(() => readdirSync(directory, { recursive: true, encoding: 'utf8' })) ?? list();
  const names = list().filter((name) => !name.startsWith('step-'));

  return names.map((name): Finding => {
    const file = join(directory, name);
    const content = unlessGone(() => {
      const status = lstatSync(file);
      const isOpen = status.isFile() && (status.mode & 0o077) !== 0;

      return isOpen ? readFileSync(file, 'latin1') : '';
    });

    return [`the file ${file}, which others can read`, finder.find(content ?? '')];
  });
}

function unlessGone<Result>(look: () => Result): Result | undefined {
  try {
    return look();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/**
 * The action prints no other commands. It writes outputs and the like to files, so another command
 * in the log comes from text that was not escaped.
 */
const ALLOWED_COMMANDS = new Set(['add-mask', ...SHOWN]);
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/;
const LONGEST_LOG = 512 * 1024;

/** The arguments of a client: a login to one plain host, or a logout, and nothing else. */
const HOST = '[a-z0-9][a-z0-9.-]*(?::\\d{1,5})?';
const ORDERLY = new RegExp(
  `^(?:registry )?(?:login --username \\w[\\w.-]* --password-stdin|logout) ${HOST}$`,
  'i',
);

function misconduct({ lines, stdout, stderr, log, toolRuns }: StepResult) {
  const deeds: string[] = [];

  for (const { command } of lines) {
    const isAllowed = command === undefined || ALLOWED_COMMANDS.has(command.name);
    if (!isAllowed) deeds.push(`it issued the command ${command.name}`);
  }

  for (const { tool, argv } of toolRuns) {
    const isClient = /^[a-z]+$/.test(tool);
    if (isClient && !ORDERLY.test(argv.join(' '))) deeds.push(`it ran ${tool} with ${argv}`);
  }

  if (stderr !== '') deeds.push(`it printed past its log: ${stderr.slice(0, 300)}`);
  if (CONTROL.test(log)) deeds.push('it printed a control character');
  if (stdout.length > LONGEST_LOG) deeds.push(`it printed ${stdout.length} characters`);

  return deeds;
}

/**
 * Throws if a secret leaked, or if the step did what no step may do. The files of the step are
 * below `directory`.
 */
export function requireNoLeaks(result: StepResult, secrets: Secret[], directory: string) {
  const finder = new SecretFinder(secrets);

  const findings = [
    ...inOutput(result, finder),
    ...inTools(result, finder),
    ...inFileCommands(result, finder),
    ...inFiles(directory, finder),
  ];
  const leaks = findings.flatMap(([place, found]) => {
    return found.map(({ kind }) => `${kind} in ${place}`);
  });

  const all = [...new Set([...leaks, ...unmaskedPasswords(result), ...misconduct(result)])];
  if (all.length > 0) {
    const list = all.join('\n- ');
    throw new Error(`secrets got out, or the step did what no step may do:\n- ${list}`);
  }
}
