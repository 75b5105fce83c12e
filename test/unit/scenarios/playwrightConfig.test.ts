import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPlaywrightConfig, loadPlaywrightConfig } from '../../../src/scenarios/index.ts';
import { packageFolder } from '../../../src/support/index.ts';

describe('a Playwright configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'lw-config-')));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(text: string, name = 'playwright.config.mjs'): string {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  }

  it('written with defineConfig and devices in TypeScript, as the template has it, gives the first Chromium project', async () => {
    symlinkSync(join(packageFolder(), 'node_modules'), join(folder, 'node_modules'));
    const file = write(
      `import { defineConfig, devices } from '@playwright/test';
       export default defineConfig({
         testDir: './tests', reporter: 'html',
         use: { baseURL: 'http://localhost:3000', trace: 'on-first-retry', locale: 'de-DE' },
         projects: [
           { name: 'setup', testMatch: /setup/ },
           { name: 'firefox', use: { ...devices['Desktop Firefox'] }, dependencies: ['setup'] },
           { name: 'phone', use: { ...devices['Pixel 7'] }, dependencies: ['setup'] },
           { name: 'edge', use: { channel: 'msedge', locale: 'fr-FR' } },
         ],
       });`,
      'playwright.config.ts',
    );
    const phone = await loadPlaywrightConfig(file);
    assert.equal(phone.project, 'phone');
    assert.equal(phone.baseUrl, 'http://localhost:3000');
    assert.equal(phone.use['isMobile'], true);
    assert.equal(phone.use['locale'], 'de-DE');
    assert.match(String(phone.use['userAgent']), /Pixel 7/);
    assert.deepEqual(
      Object.keys(phone.use).filter((name) => ['trace', 'defaultBrowserType', 'browserName'].includes(name)),
      [],
      'a browser context takes no options of the test runner',
    );
    assert.deepEqual(phone.warnings, []);

    const edge = await loadPlaywrightConfig(file, 'edge');
    assert.equal(edge.use['locale'], 'fr-FR');
    assert.equal(edge.launch.channel, 'msedge');
    assert.equal((await loadPlaywrightConfig(file, 'firefox')).launch.browser, 'firefox');
    await assert.rejects(loadPlaywrightConfig(file, 'opera'), {
      message: /'opera'/,
      hint: /setup, firefox, phone, edge/,
    });
  });

  it('gives contexts and launches what they need, a project before what all share', async () => {
    mkdirSync(join(folder, 'auth'));
    const state = { cookies: [{ name: 'session', value: '1', domain: 'localhost', path: '/' }], origins: [] };
    writeFileSync(join(folder, 'auth', 'user.json'), JSON.stringify(state));
    const file = write(`export default {
      use: {
        storageState: 'auth/user.json', httpCredentials: { username: 'a', password: 'b' }, ignoreHTTPSErrors: true,
        extraHTTPHeaders: { 'x-test': '1' }, contextOptions: { reducedMotion: 'reduce', locale: 'it-IT' }, locale: 'en-GB',
        headless: false, testIdAttribute: 'data-qa', bogus: 1,
        launchOptions: { args: ['--mute-audio'], executablePath: '/opt/chrome', env: { TZ: 'UTC' }, proxy: { server: 'p:1' } },
      },
      projects: [{ use: { viewport: { width: 400, height: 300 } } }],
    };`);
    const { use, launch, testIdAttribute, warnings } = await loadPlaywrightConfig(file);
    assert.deepEqual(use, {
      proxy: { server: 'p:1' },
      reducedMotion: 'reduce',
      locale: 'en-GB',
      storageState: state,
      httpCredentials: { username: 'a', password: 'b' },
      ignoreHTTPSErrors: true,
      extraHTTPHeaders: { 'x-test': '1' },
      viewport: { width: 400, height: 300 },
    });
    assert.deepEqual(launch, {
      headless: false,
      executablePath: '/opt/chrome',
      args: ['--mute-audio'],
      env: { TZ: 'UTC' },
    });
    assert.equal(testIdAttribute, 'data-qa');
    assert.match(warnings.join(), /use\.bogus/);
  });

  it('names its web servers with what Playwright would assume', async () => {
    const file = write(`export default { webServer: [
      { command: 'npm run api', port: 8080, cwd: 'api', env: { A: 1 }, reuseExistingServer: true, stdout: 'pipe', stderr: 'ignore' },
      { command: 'npm run web', name: 'Shop', url: 'https://localhost:1/', ignoreHTTPSErrors: true, timeout: 5,
        gracefulShutdown: { signal: 'SIGINT', timeout: 500 }, wait: { stdout: /on (?<port>\\d+)/g } },
    ] };`);
    const { webServers, baseUrl } = await loadPlaywrightConfig(file);
    assert.deepEqual(webServers, [
      {
        name: 'WebServer',
        command: 'npm run api',
        cwd: join(folder, 'api'),
        env: { A: '1' },
        address: { port: 8080 },
        reuseExisting: true,
        timeoutMs: 60_000,
        shutdown: { signal: 'SIGTERM', graceMs: 2000 },
        show: { stdout: true, stderr: false },
      },
      {
        name: 'Shop',
        command: 'npm run web',
        cwd: folder,
        env: {},
        address: { url: 'https://localhost:1/', ignoreHttpsErrors: true },
        output: { stdout: /on (?<port>\d+)/g },
        reuseExisting: false,
        timeoutMs: 5,
        shutdown: { signal: 'SIGINT', graceMs: 500 },
        show: { stdout: false, stderr: true },
      },
    ]);
    assert.equal(baseUrl, undefined);
    const single = await loadPlaywrightConfig(
      write(`export default { webServer: { command: 'x', port: 81 } };`, 'a.mjs'),
    );
    assert.equal(single.baseUrl, 'http://localhost:81');
  });

  it('is looked for beside the scenario and above it, and no further than it may be', () => {
    mkdirSync(join(folder, 'a', 'b'), { recursive: true });
    const file = write('');
    assert.equal(findPlaywrightConfig(join(folder, 'a', 'b'), folder), file);
    assert.equal(findPlaywrightConfig(join(folder, 'a', 'b'), join(folder, 'a')), undefined);
    assert.equal(findPlaywrightConfig(folder, folder), file);
  });

  const refused: readonly [what: string, text: string, says: RegExp][] = [
    ['that cannot be loaded', `import 'no-such-package';`, /cannot be loaded.*no-such-package/],
    ['of ours', `export default { scenarios: ['a.leak.ts'] };`, /'scenarios' is an option of leakwright\.config/],
    ['without an export', `const a = 1;`, /exports no configuration/],
    ['with a server without a command', `export default { webServer: { url: 'http://a/' } };`, /no command/],
    ['with a server at no URL', `export default { webServer: { command: 'a', url: 'shop' } };`, /'shop' .*not a URL/],
    [
      'whose storage state is not there',
      `export default { use: { storageState: 'none.json' } };`,
      /'none\.json'.*does not exist/,
    ],
  ];
  for (const [what, text, says] of refused) {
    it(`${what} is refused with the reason`, async () => {
      await assert.rejects(loadPlaywrightConfig(write(text)), { code: 'leaks.scenarioInvalid', message: says });
    });
  }
});
