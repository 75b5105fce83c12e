import assert from 'node:assert/strict';
import { parseStackText } from '../../../../../src/leaks/explain/sources/index.ts';

describe('stack text', () => {
  it('reads every form that V8 writes, and leaves out what has no place in a script', () => {
    const text = `Error: at first (http://no.frame:1:1
second line of the message
    at Panel.open (http://127.0.0.1:80/js/app.js?v=1:12:7)
    at new Panel (http://h/a%20b.js:1:2)
    at Object.render [as view] (http://h/(app)/page.js:3:4)
    at async load (webpack-internal:///./src/a.ts:5:6)
    at http://h/anonymous.js:7:8
    at async http://h/async.js:9:10
    at Array.forEach (<anonymous>)
    at Set.add (native)
    at async Promise.all (index 0)
    at eval (eval at compile (http://h/eval.js:11:12), <anonymous>:1:1)
    at HTMLButtonElement.<anonymous> (file:///C:/x/y.js:13:14)
    at require (/srv/my app/jobs.cjs:15:16)
    at C:\\srv\\jobs.cjs:17:18`;
    assert.deepEqual(
      parseStackText(text).map(({ url, line, column, function: name }) => [url, line, column, name]),
      [
        ['http://127.0.0.1:80/js/app.js?v=1', 12, 7, 'Panel.open'],
        ['http://h/a%20b.js', 1, 2, 'Panel'],
        ['http://h/(app)/page.js', 3, 4, 'Object.render'],
        ['webpack-internal:///./src/a.ts', 5, 6, 'load'],
        ['http://h/anonymous.js', 7, 8, ''],
        ['http://h/async.js', 9, 10, ''],
        ['http://h/eval.js', 11, 12, 'eval'],
        ['file:///C:/x/y.js', 13, 14, 'HTMLButtonElement.<anonymous>'],
        ['file:///srv/my%20app/jobs.cjs', 15, 16, 'require'],
        ['file:///C:/srv/jobs.cjs', 17, 18, ''],
      ],
    );
  });

  it('reads the stack of a real error', () => {
    function thrower(): string {
      return new Error('message\n    at looks like (a.js:1:1)').stack!;
    }
    const first = parseStackText(thrower()).find(({ url }) => url.startsWith('file:'));
    assert.equal(first?.function, 'thrower');
    assert.equal(first.url, import.meta.url);
  });

  it('gives nothing for text that is no stack', () => {
    assert.deepEqual(parseStackText(''), []);
    assert.deepEqual(parseStackText('Error\n    at <anonymous>'), []);
  });
});
