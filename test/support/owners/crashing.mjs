/**
 * A script with a browser, as Puppeteer launches it, that dies the way one does that runs out of memory: no handler runs and
 * its browser never hears of it. It dies when the file CRASH_FILE is there. Plain JavaScript: a desktop editor may debug
 * with an older Node.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const puppeteer = createRequire(import.meta.url)('puppeteer-core');

void puppeteer.launch({
  executablePath: process.env.LEAKWRIGHT_TEST_CHROMIUM ?? process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
  handleSIGHUP: false,
  handleSIGINT: false,
  handleSIGTERM: false,
});
setInterval(() => existsSync(process.env.CRASH_FILE) && process.kill(process.pid, 'SIGKILL'), 100);
