import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { excerptOf, excerptText } from '../../../src/reports/index.ts';

// A page's source map names the file that is read: it must lead to nothing that is not the user's own source.
describe('The code around a place', () => {
  let around: string;
  let folder: string;
  before(() => {
    around = mkdtempSync(join(tmpdir(), 'lw-excerpt-'));
    folder = join(around, 'shop');
    mkdirSync(join(folder, 'src'), { recursive: true });
    writeFileSync(join(around, 'secret.txt'), 'password\n');
    writeFileSync(join(folder, 'src', 'shop.ts'), Array.from({ length: 12 }, (_, at) => `line ${at + 1}`).join('\n'));
    writeFileSync(join(folder, 'src', 'windows.ts'), 'a\r\n\tb\r\nc\r\n');
    writeFileSync(join(folder, 'src', 'minified.js'), 'x'.repeat(5000));
    writeFileSync(join(folder, 'src', 'generated.js'), 'y\n'.repeat(1024 * 1024));
    writeFileSync(join(folder, 'c:odd.ts'), 'one\ntwo\n');
    symlinkSync(join(around, 'secret.txt'), join(folder, 'src', 'link.ts'));
  });
  after(() => rmSync(around, { recursive: true, force: true }));

  const at = (file: string, line: number) => excerptOf({ file, line }, folder);
  const numbers = (file: string, line: number) => at(file, line)?.map(({ number }) => number);

  it('is the lines before and after it, with the line marked', () => {
    assert.deepEqual(numbers('src/shop.ts', 9), [7, 8, 9, 10, 11]);
    assert.deepEqual(numbers('src/shop.ts', 1), [1, 2, 3]);
    assert.deepEqual(numbers('src/shop.ts', 12), [10, 11, 12]);
    assert.deepEqual(numbers(join(folder, 'src', 'shop.ts'), 2), [1, 2, 3, 4]);
    assert.equal(excerptText(at('src/shop.ts', 9)!).split('\n')[2], '>  9  line 9');
    assert.equal(excerptText(at('src/shop.ts', 9)!).split('\n')[4], '  11  line 11');
    assert.equal(at('src/windows.ts', 2)![1]!.text, '\tb');
    assert.equal(at('src/minified.js', 1)![0]!.text.length, 160);
    assert.deepEqual(
      excerptOf({ file: 'src/shop.ts', line: 5 }, folder, 0)?.map(({ isPlace }) => isPlace),
      [true],
    );
  });

  it("is not there where the file is not the folder's, has changed, or was made by a program", () => {
    for (const [file, line] of [
      ['src/gone.ts', 1],
      ['src/shop.ts', 40],
      ['../secret.txt', 1],
      ['src/link.ts', 1],
      ['src', 1],
      ['src/generated.js', 3],
      ['http://localhost:5173/src/shop.ts', 1],
      ['webpack://shop/src/shop.ts', 1],
      ['', 1],
    ] as const)
      assert.equal(at(file, line), undefined, file);
    assert.equal(excerptOf({ file: 'src/shop.ts', line: 1 }, ''), undefined);
  });
});
