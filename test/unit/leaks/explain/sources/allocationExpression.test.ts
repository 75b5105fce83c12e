import assert from 'node:assert/strict';
import { Session } from 'node:inspector';
import { findAllocationExpression } from '../../../../../src/leaks/explain/sources/allocationExpression.ts';

/** Where V8 says the function `name` of the script starts, from 1: what heap profiles give. */
function v8Start(source: string, name: string): { functionLine: number; functionColumn: number } {
  const session = new Session();
  session.connect();
  let place: { lineNumber: number; columnNumber: number } | undefined;
  try {
    session.post('Runtime.evaluate', { expression: `${source}\n;(${name})` }, (error, { result } = {} as never) => {
      assert.equal(error, null);
      session.post(
        'Runtime.getProperties',
        { objectId: result.objectId!, ownProperties: true },
        (_error, { internalProperties } = {} as never) => {
          place = internalProperties!.find((property) => property.name === '[[FunctionLocation]]')!.value!
            .value as typeof place;
        },
      );
    });
  } finally {
    session.disconnect();
  }
  return { functionLine: place!.lineNumber + 1, functionColumn: place!.columnNumber + 1 };
}

/** The text at the place that is found in function `name`, up to the end of the statement. */
function found(source: string, name: string, className: string): string | undefined {
  const place = findAllocationExpression({ source, className, ...v8Start(source, name) });
  if (!place) return undefined;
  const line = source.split('\n')[place.line - 1]!;
  return line.slice(place.column - 1).replace(/;.*/, '');
}

describe('the expression that allocates', () => {
  const kinds: Record<string, string> = {
    'a function declaration': 'function make(a, b = 1) {\n  list.push(new Panel(a));\n} make',
    'a function expression': 'var f = function named (a) {\n  return new Panel(a);\n}; f',
    'an arrow function': 'var g = (a, { b } = {}) => {\n  return new Panel(a);\n}; g',
    'an arrow function with one bare parameter': 'var h = a =>\n  new Panel(a); h',
    'an async arrow function': 'var i = async (a) => new Panel(a); i',
    'a method': 'var o = { make(a) {\n  return new Panel(a); } }; o.make',
    'an async generator method': 'class A1 { async *make(a) {\n  yield new Panel(a); } } A1.prototype.make',
    'a static private-free getter':
      'class A2 { static get made() {\n  return new Panel(); } }\nObject.getOwnPropertyDescriptor(A2, "made").get',
    'a constructor': 'class A3 { constructor() {\n  this.panel = new Panel(); } } A3',
    'the fields of a class without constructor': 'class A4 {\n  panel = new Panel(); } A4',
  };
  for (const [kind, text] of Object.entries(kinds)) {
    it(`is found in ${kind}, by the position V8 gives`, () => {
      const [, source, name] = /^([\s\S]*?)[\s;]+(\S+|Object\.getOwn.*)$/.exec(text)!;
      assert.match(found(source!, name!, 'Panel') ?? 'nothing', /^new Panel\(a?\)/);
    });
  }

  const only = (body: string, className: string) => found(`function only() {\n${body}\n}`, 'only', className);

  it('is found for what calls of Node make', () => {
    assert.equal(only("signal.addEventListener('abort', stop);", 'Listener'), "signal.addEventListener('abort', stop)");
    assert.equal(only('const { port1 } = new MessageChannel();', 'MessagePort'), 'new MessageChannel()');
    assert.equal(only("fs.watch('.', changed);", 'FSWatcher'), "fs.watch('.', changed)");
    assert.equal(only("list.push(fs.createReadStream('a'));", 'ReadStream'), "fs.createReadStream('a'))");
    assert.equal(only("watch('a'); watch('b');", 'FSWatcher'), undefined, 'one of two is not known');
  });

  it('is found for literals, elements and buffers', () => {
    assert.equal(only('return { title: 1 };', 'Object'), '{ title: 1 }');
    assert.equal(only('return [1, 2];', 'Array'), '[1, 2]');
    assert.equal(only('return rows.map(String);', 'Array'), 'rows.map(String)');
    assert.equal(only("return document.createElement('div');", 'HTMLDivElement'), "document.createElement('div')");
    assert.equal(only("return document.createElement('h2');", 'HTMLHeadingElement'), "document.createElement('h2')");
    assert.equal(
      only("return document.createElement('tr');", 'Detached <tr class="row">'),
      "document.createElement('tr')",
    );
    assert.equal(only('box.innerHTML = html;', 'HTMLSpanElement'), 'box.innerHTML = html');
    assert.equal(only('return new Float32Array(9);', 'ArrayBuffer'), 'new Float32Array(9)');
    assert.equal(only('return new ui.Panel();', 'Panel'), 'new ui.Panel()');
    assert.equal(only('return { at: { x: 1 } };', 'Object'), '{ at: { x: 1 } }');
    assert.equal(only("performance.mark('a', { detail });", 'PerformanceMark'), "performance.mark('a', { detail })");
    assert.equal(only('return audio.createOscillator();', 'OscillatorNode'), 'audio.createOscillator()');
    assert.equal(only('return gl.createTexture();', 'WebGLTexture'), 'gl.createTexture()');
  });

  it('is told by the keys of a plain object', () => {
    const body = 'log({ at: 1 });\nkeep({ id, "title": t, tags: [{ tag: 1 }] });\nreturn { id, price: 2 };';
    assert.match(only(body, '{id, title, tags}') ?? '', /^{ id, "title"/);
    assert.match(only(body, '{id, title, …}') ?? '', /^{ id, "title"/);
    assert.match(only(body, '{id, price, soldOut}') ?? '', /^{ id, price/, 'a key may be added later');
    assert.equal(only(body, '{id}'), undefined, 'two begin so');
    assert.equal(only(body, '{other}'), undefined);
    assert.equal(only('return { ...rest };', '{id}'), '{ ...rest }');
    // A reducer spreads the state into what it returns, and lists what it adds.
    const reducer = 'return { ...state, status: "loading", requests: [...state.requests, { id: 1, at: 2 }] };';
    assert.match(only(reducer, '{id, at}') ?? '', /^{ id: 1, at: 2 }/);
    assert.match(only(reducer, '{status, requests}') ?? '', /^{ \.\.\.state/);
    assert.match(only(`more({ id: 1, at: 2, by: 3 });\n${reducer}`, '{id, at}') ?? '', /^{ id: 1, at: 2 }\]/);
    assert.match(only('s = Object.create(s, { depth: { value: 1 } });', '{depth}') ?? '', /^Object.create/);
  });

  it('of what goes on with a suspended function is where that waits, if it waits at one place', () => {
    const waiting = 'const name = "a-b";\nawait customElements.whenDefined(name);\nthis.item = 1;';
    const of = (body: string): string | undefined =>
      found(`async function f() {\n${body}\n} f`, 'f', 'anonymous function');
    assert.equal(of(waiting), 'await customElements.whenDefined(name)');
    assert.equal(of('return new Promise((resolve) => queue.push(resolve));')?.slice(0, 11), 'new Promise');
    assert.equal(of(`${waiting}\nawait 2;`), undefined);
  });

  it('is not guessed between two, nor where none is written', () => {
    assert.equal(only('one(new Panel());\ntwo(new Panel());', 'Panel'), undefined);
    assert.equal(only('return { at:\n{ x: 1 } };', 'Object'), undefined);
    assert.equal(only('return [copy.slice(), [1]];', 'Object'), undefined);
    assert.equal(
      only("a(document.createElement('div'));\nb(document.createElement(tag));", 'HTMLDivElement'),
      undefined,
    );
    assert.equal(only("return document.createElement('span');", 'HTMLDivElement'), undefined);
    assert.equal(only('return load();', 'Panel'), undefined);
    assert.equal(only('return `a${b}`;', '(string)'), undefined);
    assert.equal(only('return new Promise(() => {});', 'Promise'), undefined);
  });

  it('leaves functions inside the function to themselves', () => {
    assert.equal(only('return () => new Panel();', 'Panel'), undefined);
    assert.equal(only('keep(new Panel());\nreturn () => new Panel();', 'Panel'), 'new Panel())');
  });

  it('is found in an inline script of a page, and at the top of a script', () => {
    const page =
      '<!doctype html>\n<p>{ [ <\n<script>var a = 1;</script>\n<script type="module">\n  function make() {\n    return new Panel();\n  }\n</script>';
    const place = findAllocationExpression({ source: page, functionLine: 5, functionColumn: 16, className: 'Panel' });
    assert.deepEqual(place, { line: 6, column: 12 });
    const top = findAllocationExpression({
      source: 'a();\nkeep(new Panel());',
      functionLine: 1,
      functionColumn: 1,
      className: 'Panel',
    });
    assert.deepEqual(top, { line: 2, column: 6 });
  });

  it('is unknown for what cannot be parsed', () => {
    const query = { functionLine: 1, functionColumn: 1, className: 'Panel' };
    assert.equal(findAllocationExpression({ ...query, source: 'const a: number = new Panel(' }), undefined);
    assert.equal(findAllocationExpression({ ...query, source: '<p>no script' }), undefined);
    assert.equal(findAllocationExpression({ ...query, source: '', functionLine: 7 }), undefined);
  });
});
