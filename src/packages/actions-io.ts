/* Finds programs on the path. */
export { which } from '@actions/io';
