import puppeteer from 'puppeteer-core';

/** Firefox as Puppeteer drives it: over WebDriver BiDi, with a profile in the temp folder. */
const browser = await puppeteer.launch({
  browser: 'firefox',
  executablePath: process.env['FIREFOX'] ?? '/usr/bin/firefox-esr',
  handleSIGTERM: false,
});
await browser.newPage();
process.stdout.write(`${JSON.stringify({ browser: browser.process()!.pid })}\n`);
setInterval(() => {}, 60_000);
