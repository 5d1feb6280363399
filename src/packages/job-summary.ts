/* Writes the summary of the job; loaded where a step fails. */
export { summary } from '@actions/core';
