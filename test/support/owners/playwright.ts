import { chromium } from 'playwright';

const server = await chromium.launchServer({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  chromiumSandbox: false,
});
const browser = await chromium.connect(server.wsEndpoint());
await browser.newPage();
process.stdout.write(`${JSON.stringify({ browser: server.process().pid })}\n`);
setInterval(() => {}, 60_000);
