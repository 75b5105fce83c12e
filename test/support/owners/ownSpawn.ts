import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';

/** A script that starts the browser itself and attaches to it. */
const profile = mkdtempSync(join(tmpdir(), 'e2e-profile-'));
const child = spawn(
  process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  ['--headless', '--no-sandbox', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
  { stdio: 'ignore' },
);

async function endpoint(): Promise<string> {
  for (;;) {
    const [port, path] = await readFile(join(profile, 'DevToolsActivePort'), 'utf8').then(
      (text) => text.split('\n'),
      () => [],
    );
    if (port && path) return `ws://127.0.0.1:${port}${path}`;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const ws = await endpoint();
if (!process.argv.includes('--do-not-attach')) await chromium.connectOverCDP(ws);
process.stdout.write(`${JSON.stringify({ browser: child.pid, profile, ws })}\n`);
setInterval(() => {}, 60_000);
