/** A Playwright server, as a team runs it on a machine of its own. Prints its address, and serves until it is killed. */
import { chromium } from 'playwright';

const server = await chromium.launchServer({
  host: '127.0.0.1',
  ...(process.argv[2] ? { executablePath: process.argv[2] } : {}),
  handleSIGINT: true,
});
process.stdout.write(`${server.wsEndpoint()}\n`);
