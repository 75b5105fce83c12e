import assert from 'node:assert/strict';
import { quoteWord, splitShellWords } from '../../../src/editor/managed/shellWords.ts';

describe('Arguments typed for a browser', () => {
  // One that is cut in two starts the browser with a page that nobody asked for.
  it('are split as a shell splits them', () => {
    assert.deepEqual(splitShellWords('  --lang=de   --disable-gpu '), ['--lang=de', '--disable-gpu']);
    assert.deepEqual(splitShellWords(`--user-agent="Tea Shop/1.0" '--proxy-server=a b'`), [
      '--user-agent=Tea Shop/1.0',
      '--proxy-server=a b',
    ]);
    assert.deepEqual(splitShellWords(String.raw`--a=b\ c "d\"e" 'f\g' ""`), ['--a=b c', 'd"e', String.raw`f\g`, '']);
    assert.deepEqual(splitShellWords(' '), []);
  });

  it('are shown again as they must be typed', () => {
    const words = ['--lang=de', "--title=Ada's tea", '', 'a b'];
    assert.deepEqual(splitShellWords(words.map(quoteWord).join(' ')), words);
    assert.equal(quoteWord('--lang=de'), '--lang=de');
  });

  it('are refused with a quote that is not closed', () => {
    assert.equal(splitShellWords('--user-agent="Tea'), undefined);
  });
});
