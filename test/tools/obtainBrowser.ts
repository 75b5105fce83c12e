/** Set-up: makes sure that a Chromium can be found, saying what it does while it takes time. */
import { obtainBrowser } from '../../src/browsers/index.ts';
import { describeError } from '../../src/support/index.ts';

try {
  const browser = await obtainBrowser({ onProgress: (line) => console.log(line) });
  console.log(`Browser: ${browser.product} at ${browser.executablePath} (${browser.source})`);
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 3;
}
