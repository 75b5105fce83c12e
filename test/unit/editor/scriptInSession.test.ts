import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scriptEnvironment, scriptRun } from '../../../src/editor/managed/scriptInSession.ts';
import { type SessionInfo } from '../../../src/sessions/index.ts';
import { SESSION_VARIABLE } from '../../../src/sessions/sessionProcesses.ts';
import { packageFolder } from '../../../src/support/index.ts';

const session = {
  id: 'abc1234567',
  name: 'Checkout',
  endpoints: { playwright: 'ws://127.0.0.1:1/token', cdp: 'ws://127.0.0.1:2/devtools' },
  baseUrl: 'http://localhost:3000',
  warnings: [] as readonly string[],
} as SessionInfo;

describe('A script that runs in a session', () => {
  it('finds it in its environment, in the words of Playwright and in ours', () => {
    assert.deepEqual(scriptEnvironment(session), {
      LEAKWRIGHT_SESSION_ID: 'abc1234567',
      LEAKWRIGHT_WS_ENDPOINT: 'ws://127.0.0.1:1/token',
      PW_TEST_CONNECT_WS_ENDPOINT: 'ws://127.0.0.1:1/token',
      LEAKWRIGHT_CDP_ENDPOINT: 'ws://127.0.0.1:2/devtools',
      PLAYWRIGHT_TEST_BASE_URL: 'http://localhost:3000',
    });
  });

  // The mark of a session's own processes: a script with it would be ended with the browser.
  it('is not taken for a process of the session', () => {
    assert.ok(!(SESSION_VARIABLE in scriptEnvironment(session)));
  });

  it('is told why where the session has nothing to offer', () => {
    assert.throws(() => scriptEnvironment({ ...session, endpoints: {}, warnings: ['This Playwright is too old.'] }), {
      code: 'usage',
      hint: 'This Playwright is too old.',
    });
  });

  describe('is run', () => {
    let folder: string;
    beforeEach(() => {
      // Inside the package, where the test runner is found.
      const results = join(packageFolder(), '.test-results');
      mkdirSync(results, { recursive: true });
      folder = mkdtempSync(join(results, 'scripts-'));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it('by Node when it is a script', () => {
      const file = join(folder, 'crawl.mjs');
      assert.deepEqual(
        { ...scriptRun(file, session, folder), env: {} },
        { program: file, args: [], cwd: folder, env: {} },
      );
    });

    it('by the test runner when it is a test, from where its configuration is', () => {
      const tests = join(folder, 'e2e', 'tests');
      mkdirSync(tests, { recursive: true });
      writeFileSync(join(folder, 'e2e', 'playwright.config.ts'), '');
      const { program, args, cwd } = scriptRun(join(tests, 'cart [1].spec.ts'), session, folder);
      assert.match(program.replaceAll('\\', '/'), /@playwright\/test\/cli\.js$/);
      assert.deepEqual(args, ['test', String.raw`tests/cart \[1\]\.spec\.ts`, '--workers=1', '--reporter=list']);
      assert.equal(cwd, join(folder, 'e2e'));
    });

    it('by Node when there is no test runner', () => {
      const elsewhere = mkdtempSync(join(tmpdir(), 'lw-script-'));
      try {
        const file = join(elsewhere, 'a.spec.js');
        assert.equal(scriptRun(file, session, undefined).program, file);
      } finally {
        rmSync(elsewhere, { recursive: true });
      }
    });
  });
});
