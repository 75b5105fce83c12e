/**
 * The pid 1 of a container that is the program itself: a test runner that sets its marks while it runs, as jest and dotenv
 * do. With `disconnect` it lets go of its browser, to come back later.
 */
import { createRequire } from 'node:module';

const puppeteer = createRequire(import.meta.url)('puppeteer-core');

Object.assign(process.env, {
  JEST_WORKER_ID: '1',
  PLAYWRIGHT_BROWSERS_PATH: '/opt/browsers',
  npm_config_registry: 'http://localhost/',
});
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
if (process.argv.includes('disconnect')) await browser.disconnect();
setInterval(() => {}, 60_000);
