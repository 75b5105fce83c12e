import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  durationOptions,
  parseDuration,
  parseIgnoreRules,
  parsePageUrl,
  sessionSource,
} from '../../../src/checks/index.ts';
import { packageFolder } from '../../../src/support/index.ts';
import { findScenarios } from '../../../src/terminal/scenarios.ts';
import { parseReporters } from '../../../src/terminal/reporters.ts';

describe('the options of check', () => {
  it('take durations as people write them', () => {
    assert.equal(parseDuration('90s'), 90_000);
    assert.equal(parseDuration('2m'), 120_000);
    assert.equal(parseDuration('1.5h'), 5_400_000);
    assert.equal(parseDuration('30'), 30_000);
    for (const wrong of ['', '0', '-1s', 'soon', '2 weeks'])
      assert.throws(() => parseDuration(wrong), { code: 'usage' });
  });

  it('know the presets of long runs, and let flags override them', () => {
    assert.equal(durationOptions({}), undefined);
    assert.deepEqual(durationOptions({ profile: 'medium' }), { durationMs: 300_000, opsPerMinute: 20 });
    assert.deepEqual(durationOptions({ profile: 'endurance', duration: '2h', opsPerMinute: 5 }), {
      durationMs: 7_200_000,
      opsPerMinute: 5,
    });
    assert.throws(() => durationOptions({ profile: 'forever' }), { code: 'usage', message: /forever/ });
    assert.throws(() => durationOptions({ opsPerMinute: 5 }), { code: 'usage' });
  });

  it('take a path from the baseURL of a configuration before a file that is there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lw-url-'));
    try {
      const page = join(folder, 'index.html');
      const config = join(folder, 'playwright.config.mjs');
      writeFileSync(page, '');
      writeFileSync(config, "export default { use: { baseURL: 'http://shop.example' } };");
      const urlWith = async (config: string | false): Promise<string> => {
        const [found] = await findScenarios({ files: [], url: page, click: ['#go'], config });
        assert.ok(found && 'scenario' in found);
        return found.scenario.url;
      };
      assert.equal(await urlWith(config), `http://shop.example${page}`);
      assert.equal(await urlWith(false), pathToFileURL(page).href);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('take an address without a scheme, as browsers do', () => {
    const page = join(packageFolder(), 'test', 'corpus', 'leak-slots', 'index.html');
    assert.equal(parsePageUrl(relative(process.cwd(), page)), pathToFileURL(page).href);
    assert.equal(parsePageUrl('shop.example/not-there.html'), 'http://shop.example/not-there.html');
    assert.equal(parsePageUrl('localhost:5173'), 'http://localhost:5173');
    assert.equal(parsePageUrl('https://shop.example/a?b'), 'https://shop.example/a?b');
    assert.throws(() => parsePageUrl('http://'), { code: 'usage' });
    for (const none of ['nowhere.html', '../nowhere.html', 'dist/nowhere.html', '/nowhere.html'])
      assert.throws(() => parsePageUrl(none), { code: 'usage', message: `There is no file '${none}'.` });
  });

  it('go to a Selenium Grid where the environment names one, as Playwright tests do', () => {
    const env = { SELENIUM_REMOTE_URL: 'http://hub:4444/wd/hub' };
    assert.deepEqual(sessionSource({ browser: 'msedge' }, {}, env), {
      kind: 'grid',
      endpoint: 'http://hub:4444/wd/hub',
      headless: true,
      channel: 'msedge',
    });
    assert.equal(sessionSource({ browser: 'firefox' }, {}, env).kind, 'launch');
    assert.equal(sessionSource({ connect: 'http://127.0.0.1:9222' }, {}, env).kind, 'attach');
    assert.equal(sessionSource({}, {}, {}).kind, 'launch');
  });

  it('tell a CDP endpoint from a Playwright server', () => {
    assert.equal(sessionSource({ connect: 'http://127.0.0.1:9222' }).kind, 'attach');
    assert.equal(sessionSource({ connect: 'ws://127.0.0.1:9222/devtools/browser/1' }).kind, 'attach');
    assert.equal(sessionSource({ connect: 'ws://127.0.0.1:3000/token' }).kind, 'connect');
    assert.throws(() => sessionSource({ connect: '9222' }), { code: 'usage' });
  });

  it('take --browser chrome as the channel of Chromium that it is', () => {
    assert.deepEqual(sessionSource({ browser: 'msedge' }), {
      kind: 'launch',
      family: 'chromium',
      channel: 'msedge',
      headless: true,
    });
    assert.throws(() => sessionSource({ browser: 'opera' }), { code: 'usage', message: /opera/ });
  });

  it('send each reporter to its file, and only one to standard output', () => {
    assert.deepEqual(parseReporters([], undefined), [{ name: 'text' }]);
    const [text, json] = parseReporters(['text', 'json'], '/out');
    assert.deepEqual(text, { name: 'text' });
    assert.match(json!.file!, /out[\\/]report\.json$/);
    assert.throws(() => parseReporters(['text', 'json'], undefined), { code: 'usage', message: /Only one/ });
    assert.throws(() => parseReporters(['pdf'], undefined), { code: 'usage', message: /pdf/ });
    assert.throws(() => parseReporters(['json='], undefined), { code: 'usage', message: /no file/ });
  });

  // A rule that is misspelt would match nothing, and nobody would know why the run still fails.
  it('take ignore rules as JSON, and refuse what is none', () => {
    const rule = { holder: 'cache', reason: 'bounded by design' };
    assert.deepEqual(parseIgnoreRules([JSON.stringify(rule)]), [rule]);
    assert.deepEqual(parseIgnoreRules([JSON.stringify([rule, rule])]), [rule, rule]);
    for (const wrong of ['cache', '{}', '{"reason":"x"}', '{"holder":"x"}', '{"holdr":"x","reason":"y"}', 'null'])
      assert.throws(() => parseIgnoreRules([wrong]), { code: 'usage' }, wrong);
    assert.throws(() => parseIgnoreRules(['{"hodler":"x","reason":"y"}']), /did you mean 'holder'/);
  });
});
