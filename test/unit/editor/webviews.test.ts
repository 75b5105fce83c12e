import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { webviewHtml } from '../../../src/editor/webviews/webviewHtml.ts';

const html = () =>
  webviewHtml({
    name: 'memoryView',
    title: 'Memory of "a" & <b>',
    language: 'de',
    cspSource: 'https://webview.test',
    address: (file) => `https://webview.test/dist/${file}`,
  });

describe("A webview's document", () => {
  // Titles and addresses of the pages under test are shown there: none may ever become a script.
  it('lets in one script and one style sheet, and nothing inline', () => {
    const text = html();
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(text)?.[1] ?? '';
    const rules = new Map(policy.split('; ').map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1).join(' ')]));
    assert.equal(rules.get('default-src'), "'none'");
    assert.match(rules.get('script-src') ?? '', /^'nonce-[\w-]{24}'$/);
    assert.equal(rules.get('style-src'), 'https://webview.test');
    assert.doesNotMatch(policy, /unsafe|\*|https:(?!\/\/webview\.test)/);
    assert.equal([...text.matchAll(/<script/g)].length, 1);
    assert.doesNotMatch(text, /<style|\son\w+=|style="/);
  });

  it('has a new nonce each time', () => {
    const nonce = (text: string) => /nonce="([^"]+)"/.exec(text)?.[1];
    assert.notEqual(nonce(html()), nonce(html()));
  });

  it('escapes what it is given', () => {
    assert.ok(html().includes('<title>Memory of &quot;a&quot; &amp; &lt;b&gt;</title>'));
    assert.ok(html().includes('<html lang="de">'));
  });
});

describe("The webviews' bundles", () => {
  const folder = join(import.meta.dirname, '../../../dist/webview');

  // In a browser there is no `require`: the page would stay empty.
  it('need nothing of Node', function () {
    if (!existsSync(folder)) this.skip();
    const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
    assert.ok(scripts.includes('memoryView.js'));
    for (const name of scripts)
      assert.doesNotMatch(readFileSync(join(folder, name), 'utf8'), /["']node:|\brequire\("/, name);
  });

  it('have their style sheet', function () {
    if (!existsSync(folder)) this.skip();
    for (const name of readdirSync(folder).filter((name) => name.endsWith('.js')))
      assert.ok(existsSync(join(folder, name.replace(/js$/, 'css'))), name);
  });
});
