import puppeteer from 'puppeteer-core';

/** Launches the way Puppeteer does by default: a port, a session of its own, a profile in the temp folder. */
const browser = await puppeteer.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', ...process.argv.slice(2)],
  // A killed script runs no handlers; a test that ends this one politely must see the same.
  handleSIGTERM: false,
});
const page = await browser.newPage();
await page.goto('data:text/html,<title>owned</title>');
process.stdout.write(`${JSON.stringify({ browser: browser.process()!.pid })}\n`);
setInterval(() => {}, 60_000);
