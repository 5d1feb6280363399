// Loaded before the script that is measured: writes the most memory that the process held, in kB of 1,000 bytes.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

process.on('exit', () => {
  // Linux carries the peak that getrusage tells over from the process that started this one; VmHWM begins anew.
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const kibibytes = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
  writeFileSync(process.env.BENCH_PEAK_MEMORY, String(Math.round(kibibytes * 1.024)));
});
