// One run of fuite on one page: node fuite.mjs '{"url":…,"click":[…],"peers":…}'
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { url, click, peers } = JSON.parse(process.argv[2]);
const { findLeaks } = await import(pathToFileURL(createRequire(`${peers}/`).resolve('fuite')).href);
const scenario = {
  async iteration(page) {
    for (const selector of click) await page.click(selector);
  },
};
let leak = null;
let text = '';
for await (const { result } of findLeaks(url, { scenario, browserArgs: ['--no-sandbox'] })) {
  leak = result?.leaks?.detected ?? null;
  text = JSON.stringify(result?.leaks ?? {});
}
const places = [...text.matchAll(/[\w.-]+\.(?:jsx?|svelte|html):\d+:\d+/g)].map(([place]) => place);
process.stdout.write(`\nRESULT ${JSON.stringify({ leak, places })}\n`);
// Written before the exit: the pipe is synchronous for processes on POSIX.
process.exit(0);
