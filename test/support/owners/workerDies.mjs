/**
 * A test runner, one of whose workers dies with its browser running; the runner itself goes on. Plain JavaScript: a desktop
 * editor may debug with an older Node.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

spawn(process.execPath, [fileURLToPath(new URL('crashing.mjs', import.meta.url))], { stdio: 'ignore' });
setInterval(() => {}, 60_000);
