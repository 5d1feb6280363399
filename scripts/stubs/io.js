/*
 * Stands in for @actions/io, of which the action and @actions/exec use `which` alone. That of the package looks at the mode
 * of a file and at the user's first group: it does not find a docker that another group of the user may run.
 */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** The path of a program that the system would run; empty if there is none on PATH. */
export async function which(tool) {
  // @actions/exec asks for what was found.
  if (isAbsolute(tool)) return tool;

  const { PATH = '', PATHEXT = '' } = process.env;
  const directories = PATH.split(delimiter).filter((directory) => directory !== '');
  const extensions = process.platform === 'win32' ? PATHEXT.split(delimiter) : [''];

  for (const directory of directories) {
    for (const extension of extensions) {
      const path = join(directory, tool + extension);
      if (await isProgram(path)) return path;
    }
  }
  return '';
}

async function isProgram(path) {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
