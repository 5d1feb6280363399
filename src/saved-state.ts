import type { Isolation, MovedVariable } from './container/isolation/create.ts';
import { isToolName } from './container/tool.ts';
import { getState } from './packages/actions-core.ts';
import { isJsonObject } from './runner/json-object.ts';
import type { SavedLogin } from './state.ts';

// What post reads of the state becomes arguments and paths, so its form is looked at first.

/** What main has saved, as far as it has the form that main gives it. */
export type SavedState = {
  /** None where main ended before the first, or was told to leave them. */
  readonly logins: readonly SavedLogin[];
  /** The job's own configuration, where main made one. */
  readonly isolation?: Isolation;
  /** Says of each piece that is damaged what it is. */
  readonly problems: readonly string[];
};

/** Reads what main has saved. A piece that is damaged is a problem of its own: the others can still be undone. */
export function readState(): SavedState {
  const problems: string[] = [];
  const logins = (parsed('logins', isList, problems) ?? []).flatMap(loginsAtPlace);
  const good = logins.filter(isSavedLogin);
  const bad = logins.length - good.length;
  if (bad > 0) problems.push(`${bad} of the ${logins.length} saved logins cannot be read: not logged out of`);
  const isolation = savedIsolation(problems);
  return { logins: good, ...(isolation !== undefined && { isolation }), problems };
}

/** The directory counts by itself: it holds a login, and has to go also where the rest is damaged. */
function savedIsolation(problems: string[]): Isolation | undefined {
  const saved = parsed('isolation', isDirectory, problems);
  if (saved === undefined) return undefined;
  const { directory, isFirst, moved } = saved;
  const good = isList(moved) ? moved.filter(isMovedVariable) : [];
  if (!isList(moved) || good.length < moved.length) {
    problems.push("The saved state 'isolation' has variables that cannot be read: not given back");
  }
  return { directory, isFirst, moved: good };
}

/** A saved value of this form; undefined where there is none, or, with a problem, one that is damaged. */
function parsed<T>(name: string, hasForm: (value: unknown) => value is T, problems: string[]): T | undefined {
  const text = getState(name);
  if (text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (hasForm(value)) return value;
  } catch {
    // The parser's own words would quote what is there.
  }
  problems.push(`The saved state '${name}' cannot be read; what it tells of is left as it is`);
  return undefined;
}

/** Whether it is a list of anything. */
function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** Each login at a place of its own again, its form not looked at yet; one that has none, where there is no list. */
function loginsAtPlace(saved: unknown): readonly unknown[] {
  if (!isJsonObject(saved)) return [saved];
  const { registries, ...place } = saved;
  return isList(registries) ? registries.map((registry) => ({ ...place, registry })) : [undefined];
}

/** Whether it is a login that main can have saved. */
function isSavedLogin(value: unknown): value is SavedLogin {
  if (!isJsonObject(value)) return false;
  const { registry, tool, variables, file } = value;
  return (
    // It becomes an argument of the container client, and must not be an option.
    typeof registry === 'string' &&
    /^[\w[][\w.:[\]-]*$/.test(registry) &&
    typeof tool === 'string' &&
    isToolName(tool) &&
    isJsonObject(variables) &&
    Object.values(variables).every((one) => one === null || typeof one === 'string') &&
    (file === undefined || typeof file === 'string')
  );
}

/** Whether it tells of a job's own configuration, whatever it says of the variables. */
function isDirectory(
  value: unknown,
): value is Pick<Isolation, 'directory' | 'isFirst'> & { moved?: unknown } {
  return (
    isJsonObject(value) && typeof value['directory'] === 'string' && typeof value['isFirst'] === 'boolean'
  );
}

function isMovedVariable(value: unknown): value is MovedVariable {
  return (
    isJsonObject(value) && ['name', 'value', 'earlier'].every((field) => typeof value[field] === 'string')
  );
}
