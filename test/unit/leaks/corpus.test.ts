import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { type CorpusPage, listCorpus } from '../../support/corpusServer.ts';

const SOURCES = new Set(['.js', '.jsx', '.ts', '.svelte', '.html']);

/** Every place of a page that carries the marker, as `file:line`. */
async function marked(page: CorpusPage, marker: string): Promise<string[]> {
  const places: string[] = [];
  for (const file of await readdir(page.folder)) {
    if (!SOURCES.has(extname(file))) continue;
    const lines = (await readFile(join(page.folder, file), 'utf8')).split('\n');
    lines.forEach((line, index) => {
      if (line.includes(`// ${marker}`)) places.push(`${file}:${index + 1}`);
    });
  }
  return places;
}

describe('corpus', () => {
  it('says the same in expected.json as in the sources, so that a wrong line is never expected', async () => {
    for (const page of await listCorpus()) {
      const { expected, name } = page;
      assert.ok(name.startsWith(`${expected.verdict}-`), `${name} is named after its verdict`);
      assert.ok(expected.click.length > 0 && expected.note, `${name} says what to click, and why`);
      const leaks = expected.verdict === 'leak' ? [`${expected.file}:${expected.line}`] : [];
      assert.deepEqual(await marked(page, 'leak'), leaks, name);
      const kept =
        expected.verdict === 'leak' && expected.keptLine !== undefined
          ? [`${expected.keptFile ?? expected.file}:${expected.keptLine}`]
          : [];
      assert.deepEqual(await marked(page, 'kept'), kept, name);
    }
  });

  it('has enough of both: pages that leak, and pages that only look so', async () => {
    const pages = await listCorpus();
    const leaky = pages.filter(({ expected }) => expected.verdict === 'leak');
    assert.ok(pages.length > 60, `${pages.length} pages`);
    assert.ok(leaky.length > 30 && pages.length - leaky.length > 30, `${leaky.length} leaky`);
  });
});
