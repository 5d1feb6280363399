import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'stubs');
const HTTP_CLIENT = join(FOLDER, 'http-client.js');

/** Packages that the action's bundle goes without, each with the file that stands in for it there. */
export const STUBS: Readonly<Record<string, string>> = {
  '@actions/exec': join(FOLDER, 'exec.js'),
  '@actions/http-client': HTTP_CLIENT,
  '@actions/http-client/lib/auth': HTTP_CLIENT,
  'graceful-fs': join(FOLDER, 'graceful-fs.cjs'),
  'signal-exit': join(FOLDER, 'signal-exit.cjs'),
};
