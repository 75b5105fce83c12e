import assert from 'node:assert/strict';
import { launchError } from '../../../src/sessions/launchBrowser.ts';

// A headed check on a server fails in each browser's own words; what to do is the same.
describe('A browser that did not start', () => {
  const log = (line: string) =>
    new Error(
      `Failed to launch\n<launching> /usr/bin/x --flag\n[pid=7][err] ${line}\n<process did exit: exitCode=1, signal=null>`,
    );

  for (const line of [
    'Error: no DISPLAY environment variable specified',
    'Error: cannot open display: :99',
    'Missing X server or $DISPLAY',
    'ERROR:ozone_platform_x11.cc(240)] Missing',
  ])
    it(`says that there is no display: ${line}`, () => {
      const { message, hint } = launchError(log(line), '/usr/bin/x');
      assert.ok(message.includes(line) && !message.includes('--flag'), message);
      assert.match(hint ?? '', /no display for a window/);
    });

  it('is a Firefox that Playwright did not build, in one sentence', () => {
    const error = new Error('<launching> firefox -juggler-pipe\n<process did exit: exitCode=0, signal=null>');
    assert.match(launchError(error, '/usr/bin/firefox').message, /^The Firefox '.+' cannot be driven: [^\n]+$/);
  });
});
