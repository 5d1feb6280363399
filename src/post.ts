import { logout } from './logout.ts';
import { run } from './run.ts';

// The entry of the post step.

void run(logout);
