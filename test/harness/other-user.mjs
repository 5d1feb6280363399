// Loaded into the action by NODE_OPTIONS=--import, as root: the folder OTHER_USERS_FOLDER and what is in it belong to
// user 65534 from then on, and so does the process. What is named in ROOTS_FOLDER stays root's.
import { chownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const USER = 65534;

function giveAway(path) {
  if (path === process.env.ROOTS_FOLDER) return;
  chownSync(path, USER, USER);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) giveAway(inner);
    else if (entry.isFile() && inner !== process.env.ROOTS_FOLDER) chownSync(inner, USER, USER);
  }
}

if (process.getuid() === 0) {
  giveAway(process.env.OTHER_USERS_FOLDER);
  process.setgroups([]);
  process.setgid(USER);
  process.setuid(USER);
}
