import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'stubs');
const HTTP_CLIENT = join(FOLDER, 'http-client.js');

/** Packages that the toolkit for actions loads and this action never needs, each with the file that stands in for it. */
export const TOOLKIT_STUBS: Readonly<Record<string, string>> = {
  '@actions/exec': join(FOLDER, 'exec.js'),
  '@actions/http-client': HTTP_CLIENT,
  '@actions/http-client/lib/auth': HTTP_CLIENT,
};
