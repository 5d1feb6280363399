// Loaded into the action by NODE_OPTIONS=--import: calls of node:fs fail as FAILING_FILES says, a list of
// `call:code:times:name` between spaces. The first so many calls of that name whose path contains the name fail with
// this code, or end the process if the code is a signal. What Windows does while another program has a file open, for instance.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

for (const fault of (process.env.FAILING_FILES ?? '').split(' ').filter(Boolean)) {
  const [call, code, times, name] = fault.split(':');
  const real = fs[call];
  let left = Number(times);
  fs[call] = (...args) => {
    const path = call === 'renameSync' || call === 'symlinkSync' ? args[1] : args[0];
    if (left > 0 && String(path).includes(name)) {
      left -= 1;
      if (code.startsWith('SIG')) process.kill(process.pid, code);
      throw Object.assign(new Error(`${code}: as the test wants it, ${call} '${path}'`), { code });
    }
    return real(...args);
  };
}
syncBuiltinESMExports();
