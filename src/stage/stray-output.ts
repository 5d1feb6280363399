import { format } from 'node:util';
import * as log from '../runner/log.ts';

// Libraries print by themselves (the AWS SDK warns by console.warn), and so does node (warnings, errors that nothing
// caught): raw, to a stream that the runner takes commands from.

const METHODS = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const;

/**
 * Leads what is printed past the log into the log, where it can issue no command: to the debug log, since the action says
 * itself what its user needs to know. An error that nothing caught ends the stage as any other error does.
 */
export function catchStrayOutput(
  output: Pick<Console, (typeof METHODS)[number]>,
  stage: NodeJS.Process,
): void {
  for (const method of METHODS) {
    output[method] = (...words: unknown[]): void => log.debug(format(...words));
  }
  stage.removeAllListeners('warning');
  stage.on('warning', (warning) => log.debug(`${warning.name}: ${warning.message}`));
  stage.on('uncaughtException', (error) => {
    log.failed(error.message, error);
    stage.exit();
  });
}
