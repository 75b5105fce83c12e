// One run of memlab on one page: node memlab.mjs '{"url":…,"click":[…],"peers":…,"chromium":…}'
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { url, click, peers, chromium } = JSON.parse(process.argv[2]);
const require = createRequire(`${peers}/`);
const { run, ConsoleMode } = require('@memlab/api');
const workDir = mkdtempSync(join(tmpdir(), 'leakwright-memlab-'));
process.on('exit', () => rmSync(workDir, { recursive: true, force: true }));
const scenario = {
  url: () => url,
  action: async (page) => {
    for (const selector of click) await page.click(selector);
  },
  back: async () => {},
};
const { leaks } = await run({ scenario, workDir, chromiumBinary: chromium, consoleMode: ConsoleMode.SILENT });
const places = [...JSON.stringify(leaks).matchAll(/[\w.-]+\.(?:jsx?|svelte|html):\d+:\d+/g)].map(([place]) => place);
process.stdout.write(`\nRESULT ${JSON.stringify({ leak: leaks.length > 0, places })}\n`);
// Written before the exit: the pipe is synchronous for processes on POSIX.
process.exit(0);
