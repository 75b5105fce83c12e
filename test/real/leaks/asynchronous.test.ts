import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { clickScenario } from '../../../src/scenarios/index.ts';
import { corpusFolder } from '../../support/corpusServer.ts';
import { type Means, serveAsynchronousPages } from '../../support/asynchronousPage.ts';
import { check, useStateFolder } from './checking.ts';

// What goes on after a click decides whether a page leaks: a user would lose leaks behind a busy guard, and be told of leaks
// where a clean-up is only late.
describe('a check of pages whose work goes on after the click', () => {
  useStateFolder();
  let site: Awaited<ReturnType<typeof serveAsynchronousPages>>;
  before(async () => {
    site = await serveAsynchronousPages();
  });
  after(async () => await site.close());

  const pages: readonly (readonly [Means, number, 'leak' | 'clean'])[] = [
    ['busy-guard', 300, 'leak'],
    ['debounce', 300, 'leak'],
    ['interval', 800, 'leak'],
    ['timer', 5000, 'clean'],
    ['fetch', 100, 'clean'],
  ];
  for (const [means, ms, verdict] of pages) {
    it(`${means}, ${ms} ms: ${verdict}`, async () => {
      const { result } = await check(clickScenario(`${site.url}/${means}/${ms}/${verdict}`, ['#go']));
      assert.equal(result.verdict, verdict, JSON.stringify(result.error ?? result.warnings));
    });
  }

  // Single iterations show neither: hundreds of them inside the page do.
  const slow: readonly (readonly [name: string, verdict: string, script: string])[] = [
    [
      'an array that gains one number',
      'leak',
      'const numbers = []; go.onclick = () => { numbers.push(Math.random()); };',
    ],
    ['a ring of 200', 'clean', 'const ring = []; let n = 0; go.onclick = () => { ring[n % 200] = { n }; n += 1; };'],
  ];
  for (const [name, verdict, script] of slow) {
    it(`${name}: ${verdict}`, async () => {
      const url = `data:text/html,${encodeURIComponent(`<button id="go">Go</button><script>${script}</script>`)}`;
      const { result } = await check(clickScenario(url, ['#go']), { farReaching: true });
      assert.equal(result.verdict, verdict, JSON.stringify(result.because));
    });
  }

  // Nobody else notices that a check clicked beside the page's work: it would be clean.
  const idle: readonly (readonly [name: string, verdict: string, script: string])[] = [
    ['a button that nothing listens to', 'inconclusive', ''],
    [
      'a handler that stays busy',
      'inconclusive',
      'let busy; go.onclick = () => { if (busy) return; busy = true; root.append(1); };',
    ],
    [
      'a canvas that the first click made',
      'clean',
      "let c; go.onclick = () => { if (c) { c.fillRect(0, 0, 9, 9); return; } root.append(document.createElement('canvas')); c = root.lastChild.getContext('2d'); };",
    ],
  ];
  for (const [name, verdict, script] of idle) {
    it(`${name}: ${verdict}`, async () => {
      const url = `data:text/html,${encodeURIComponent(`<button id="go">Go</button><p id="root"></p><script>${script}</script>`)}`;
      const { result } = await check(clickScenario(url, ['#go']));
      assert.equal(result.verdict, verdict, JSON.stringify(result.because));
      if (verdict === 'inconclusive') assert.equal(result.because?.rule, 'iterations did nothing');
    });
  }

  it('says why a page that is opened from its file has no scripts', async () => {
    const url = pathToFileURL(join(corpusFolder, 'leak-slots', 'index.html')).href;
    const { result } = await check(clickScenario(url, ['#go']));
    assert.equal(result.because?.rule, 'iterations did nothing');
    assert.match(result.warnings.join('\n'), /leak-slots\/\w+\.js was not loaded: .* Serve its folder/);
  });
});
