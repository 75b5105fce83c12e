/** A test runner with a worker of its own that launches browsers; the runner outlives it. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

process.env.JEST_WORKER_ID = '1';
fork(fileURLToPath(new URL('puppeteer.ts', import.meta.url)), { silent: true });
setInterval(() => {}, 60_000);
