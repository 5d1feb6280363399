import { login } from './login.ts';
import { run } from './run.ts';

// The entry of the main step. Without a top-level await: ncc would make an async module of it,
// which takes longer to load.

void run(login);
