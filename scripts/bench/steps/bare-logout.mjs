// The least that a post step can do.
import { spawn } from 'node:child_process';

spawn('docker', ['logout', process.env.BENCH_REGISTRY]).on('close', (code) => process.exit(code));
