/** A server that drives a browser for a client, and outlives it: it does not notice that its input has ended. */
import { createRequire } from 'node:module';

const puppeteer = createRequire(import.meta.url)('puppeteer-core');
await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
  pipe: true,
});
process.stderr.write('DevTools listening\n');
// Its client's end of the streams may be gone.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
setInterval(() => {}, 60_000);
