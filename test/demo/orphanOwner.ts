/** Launches a browser through Puppeteer, as a user's script would, says its pid, and waits to be killed. */
import puppeteer from 'puppeteer-core';

const [executablePath, ...args] = process.argv.slice(2);
const browser = await puppeteer.launch({ executablePath: executablePath!, headless: true, args });
const page = await browser.newPage();
await page.goto('data:text/html,<title>An orphan to be</title>');
console.log(browser.process()!.pid);
setInterval(() => {}, 60_000);
