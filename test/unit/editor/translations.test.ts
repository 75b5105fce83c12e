import assert from 'node:assert/strict';
import {
  type Table,
  fixedParts,
  placeholders,
  readCodeTexts,
  readManifestKeys,
  readPlainManifestTexts,
  readTables,
} from '../../tools/translations.ts';

/** Names and signs, which are the same in every language. */
const SAME_EVERYWHERE = new Set([
  'Node',
  'Playwright',
  'Leakwright',
  'GPU',
  'Zygote',
  'Google Chrome.',
  'Microsoft Edge.',
]);

const code = readCodeTexts();
const tables = { code: readTables('code'), manifest: readTables('manifest') };

const lines = (texts: Iterable<string>) => [...texts].map((text) => `  ${JSON.stringify(text)}`).join('\n');

describe('What the editor says', () => {
  it('is written where a translator finds it, with a value for each placeholder', () => {
    assert.deepEqual(code.mistakes, []);
  });

  it("has each of the code's texts in l10n/bundle.l10n.json, and no others", () => {
    const expected = Object.fromEntries([...code.texts].sort().map((text) => [text, text]));
    assert.deepEqual(
      tables.code.english.texts,
      expected,
      'Texts in src/editor were added, changed or removed: run `npm run l10n`. It brings l10n/bundle.l10n.json up to ' +
        'date and prints what to translate.',
    );
  });

  it('is in package.nls.json where package.json would say it', () => {
    const plain = readPlainManifestTexts();
    assert.equal(
      plain.length,
      0,
      'package.json says these in English to everybody. Put a %key% there, like %command.launchSession%, and the text ' +
        `into package.nls.json:\n  ${plain.join('\n  ')}`,
    );
  });

  it("has each of the manifest's keys in package.nls.json, and no others", () => {
    const keys = new Set(readManifestKeys());
    const { texts } = tables.manifest.english;
    const unknown = [...keys].filter((key) => !(key in texts));
    const stale = Object.keys(texts).filter((key) => !keys.has(key));
    assert.equal(
      unknown.length,
      0,
      `package.json uses %key%s without a text. Add the English text of each to package.nls.json, then run ` +
        `\`npm run l10n\`:\n${lines(unknown)}`,
    );
    assert.equal(
      stale.length,
      0,
      `package.nls.json has texts that package.json does not use (\`npm run l10n\` removes them):\n${lines(stale)}`,
    );
  });

  // A menu with one English line among Chinese ones looks broken, and nobody sees it who reads English.
  for (const kind of ['code', 'manifest'] as const) {
    const { english, others } = tables[kind];
    it(`is said in Simplified Chinese too (${kind})`, () => {
      assert.ok(others.some(({ language }) => language === 'zh-cn'));
    });
    for (const table of others) {
      it(`is all there in ${table.file}`, () => assertComplete(english, table));
      it(`keeps placeholders, links and code in ${table.file}`, () => {
        for (const [key, text] of Object.entries(table.texts)) {
          const original = english.texts[key] ?? '';
          const of = `${table.file}: the translation of ${JSON.stringify(original)}`;
          // Single quotes around a placeholder may become those of the language; what is in the braces may not change.
          assert.deepEqual(placeholders(text), placeholders(original), `${of} must use the same placeholders`);
          assert.deepEqual(fixedParts(text), fixedParts(original), `${of} must keep links, icons and code`);
        }
      });
    }
  }

  // Walkthroughs know `**bold**` and ``code`` only: single signs stand in the text as they are (VS Code 1.139).
  it('is marked in walkthroughs as they understand it', () => {
    for (const { file, texts } of [tables.manifest.english, ...tables.manifest.others]) {
      for (const [key, text] of Object.entries(texts)) {
        if (!key.startsWith('walkthrough.')) continue;
        const plain = text.replaceAll(/``[^`]+``|\*\*[^*]+\*\*/g, '');
        assert.ok(!/[*`]/.test(plain), `${file}: ${key} says ${text}`);
      }
    }
  });
});

function assertComplete(english: Table, { file, texts }: Table): void {
  const missing = Object.entries(english.texts).filter(([key]) => !(key in texts));
  const stale = Object.keys(texts).filter((key) => !(key in english.texts));
  const untouched = Object.entries(texts).filter(
    ([key, text]) => text === english.texts[key] && !SAME_EVERYWHERE.has(text),
  );
  assert.equal(
    missing.length,
    0,
    `${file} lacks ${missing.length} texts. Add these lines to it, with the text after the colon translated ` +
      `(keep {0}, links and code as they are), then run \`npm run l10n\`, which sorts the file:\n` +
      missing.map(([key, text]) => `  ${JSON.stringify(key)}: ${JSON.stringify(text)},`).join('\n'),
  );
  assert.equal(
    stale.length,
    0,
    `${file} has texts that are not said any more; \`npm run l10n\` removes them:\n${lines(stale)}`,
  );
  assert.equal(
    untouched.length,
    0,
    `${file} repeats the English text instead of translating it (a name that stays as it is belongs into ` +
      `SAME_EVERYWHERE of this test):\n${lines(untouched.map(([, text]) => text))}`,
  );
}
