import * as log from '../runner/log.ts';
import { messageOf } from './failure.ts';

/**
 * Reports what a stage has thrown by its message alone, without the known errors: for stages that log out. An error marks
 * the step as failed; a warning lets the job go on.
 */
export async function reportMessage(error: unknown, level: 'error' | 'warning'): Promise<void> {
  if (level === 'warning') log.warning(messageOf(error));
  else log.failed(messageOf(error), error);
}
