/** Set-up: obtains Chromium and the other programs that tests drive, and says what it does while it takes time. */
import { obtainBrowser } from '../../src/browsers/index.ts';
import { describeError } from '../../src/support/index.ts';
import { TEST_PROGRAMS, type TestProgram, obtainPrograms } from './obtainPrograms.ts';

try {
  const browser = await obtainBrowser({ onProgress: (line) => console.log(line) });
  console.log(`Browser: ${browser.product} at ${browser.executablePath} (${browser.source})`);
  const missing = obtainPrograms(Object.keys(TEST_PROGRAMS) as TestProgram[]);
  if (missing.length > 0) console.log(`Tests that need these programs are skipped: ${missing.join(', ')}.`);
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 3;
}
