/**
 * `npm run l10n`: after a text of the editor was added, changed or removed. Writes the English bundle, which follows from
 * the code, takes out of each language what is no longer said, and prints what a person has to translate.
 */
import { readCodeTexts, readManifestKeys, readTables, writeTable, type Texts } from './translations.ts';

const { texts: said, mistakes } = readCodeTexts();
for (const mistake of mistakes) console.error(mistake);

const bundle = Object.fromEntries([...said].map((text) => [text, text]));
const code = readTables('code');
writeTable(code.english.file, bundle);
const manifest = readTables('manifest');
const keys = new Set(readManifestKeys());
const named = only(manifest.english.texts, (key) => keys.has(key));
writeTable(manifest.english.file, named);

let missing = 0;
for (const [english, others] of [
  [bundle, code.others],
  [named, manifest.others],
] as const) {
  for (const { file, texts } of others) {
    writeTable(
      file,
      only(texts, (key) => key in english),
    );
    const lacking = Object.entries(english).filter(([key]) => !(key in texts));
    missing += lacking.length;
    if (lacking.length > 0) console.log(`\nTo be translated in ${file}:`);
    for (const [key, text] of lacking) console.log(`  ${JSON.stringify(key)}: ${JSON.stringify(text)},`);
  }
}
if (missing === 0 && mistakes.length === 0) console.log('Every text is there in every language.');
else process.exitCode = 1;

function only(texts: Texts, keep: (key: string) => boolean): Texts {
  return Object.fromEntries(Object.entries(texts).filter(([key]) => keep(key)));
}
