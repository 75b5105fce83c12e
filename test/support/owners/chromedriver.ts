import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What a Selenium client does, over the same protocol: starts chromedriver and opens a session. */
const driver = spawn(process.env['CHROMEDRIVER'] ?? '/usr/bin/chromedriver', ['--port=0'], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
const port = await new Promise<string>((resolve) => {
  createInterface({ input: driver.stdout }).on('line', (line) => {
    const found = /started successfully on port (\d+)/.exec(line);
    if (found) resolve(found[1]!);
  });
});
const response = await fetch(`http://127.0.0.1:${port}/session`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    capabilities: {
      alwaysMatch: { 'goog:chromeOptions': { args: ['--headless', '--no-sandbox'], binary: process.env['CHROMIUM'] } },
    },
  }),
});
const { value } = (await response.json()) as {
  value: { capabilities?: { 'goog:processID': number }; message?: string };
};
if (!value.capabilities) throw new Error(`chromedriver opened no session: ${value.message}`);
process.stdout.write(`${JSON.stringify({ browser: value.capabilities['goog:processID'], driver: driver.pid })}\n`);
setInterval(() => {}, 60_000);
