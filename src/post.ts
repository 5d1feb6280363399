import { logout } from './logout.ts';
import { run } from './run.ts';

void run(logout);
