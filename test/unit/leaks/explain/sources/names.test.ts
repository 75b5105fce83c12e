import assert from 'node:assert/strict';
import { findOnlyCall } from '../../../../../src/leaks/explain/sources/callExpression.ts';
import { identifierAt } from '../../../../../src/leaks/explain/sources/identifierAt.ts';
import { functionRole } from '../../../../../src/leaks/explain/sources/functionRole.ts';
import { originalFunctionName } from '../../../../../src/leaks/explain/sources/originalFunctionName.ts';
import { originalClassName } from '../../../../../src/leaks/explain/sources/originalClassName.ts';
import { scopedName } from '../../../../../src/leaks/explain/sources/scopedName.ts';
import { anonymousName } from '../../../../../src/leaks/explain/sources/anonymousName.ts';
import { transform } from 'esbuild';
import { TraceMap } from '@jridgewell/trace-mapping';

/** The place of a mark in a script of one line. */
function at(source: string, mark: string) {
  return { url: 'http://host/app.js', line: 1, column: source.indexOf(mark) + 1, function: '' };
}
const role = (source: string, mark = '@'): string | undefined => {
  const text = source.replace(mark, ' ');
  return functionRole(at(source, mark), text, undefined);
};

describe('a function that the engine has no name for', () => {
  const told = (source: string): string | undefined =>
    anonymousName(at(source, '@'), source.replace('@', ''), undefined);

  it('is told by the property that it is put into, else by the function that it is in', () => {
    assert.equal(told('class Palette { constructor(){ this.onKey = @() => go() } }'), 'function onKey');
    assert.equal(told('class Badge { constructor(){ store.on(@() => go()) } }'), 'function in constructor');
    assert.equal(told('function open(){ list.forEach(() => { bus.on(@x => go(x)) }) }'), 'function in open');
    assert.equal(told('const P={ __name:"Panel", setup(){ bus.on(@() => go()) } }'), 'function in Panel');
    assert.equal(told('function n(){ bus.on(@() => go()) }'), undefined, 'a minifier’s name');
    assert.equal(told('bus.on(@() => go())'), undefined);
  });

  it('is in a function or class as the source calls that', () => {
    const minified = async (source: string): Promise<string | undefined> => {
      const { code, map } = await transform(source, { minify: true, sourcemap: true });
      const column = code.indexOf('()=>go') + 1;
      return anonymousName({ url: '', line: 1, column, function: '' }, code, new TraceMap(JSON.parse(map)));
    };
    return Promise.all([
      minified('{ class Badge { constructor(){ store.on(() => go()) } } new Badge() }'),
      minified('{ function openStatus(){ store.on(() => go()) } openStatus() }'),
    ]).then((names) => assert.deepEqual(names, ['function in Badge', 'function in openStatus']));
  });
});

describe('what a function is to its framework', () => {
  for (const [source, expected] of [
    ['function Panel(){ useEffect(()=>{ @addEventListener("x",f) }, []) }', 'useEffect of Panel'],
    ['const useWidth=()=>{ (0,react.useLayoutEffect)(()=>{ @go() }) }', 'useLayoutEffect of useWidth'],
    [
      'function Panel(){ (0, m["useEffect"])({ "Panel.useEffect": ()=>{ @go() } }["Panel.useEffect"]) }',
      'useEffect of Panel',
    ],
    ['const Row = { "Row": ()=>{ useEffect(()=>{ @go() }) } }["Row"]', 'useEffect of Row'],
    ['function Panel(){ useEffect(()=>{ const f = { "f": ()=>{ @go() } }["f"]; }) }', undefined],
    ['function Panel(){ useEffect2(()=>{ @go() }, []) }', 'useEffect of Panel'],
    ['const P={ setup(){ onMounted(()=>@go()) } }', 'onMounted of P'],
    ['const p=lazy({ setup(){ onMounted(()=>@go()) } })', 'onMounted'],
    ['const _sfc_main=Object.assign({ __name:"Panel", setup(){ onMounted(()=>@go()) } })', 'onMounted of Panel'],
    ['export default defineComponent({ name:"Panel", setup(){ onMounted(()=>@go()) } })', 'onMounted of Panel'],
    ['function Panel(){ $.user_effect(()=>{ @go() }) }', '$effect of Panel'],
    ['function Panel(){ const stop = $.effect_root(()=>{ @go() }) }', '$effect.root of Panel'],
    ['const P={ __name:"Panel", setup(){ cart.onAction(()=>{ @go() }) } }', 'setup of Panel'],
    ['const P={ name:"Panel", mounted(){ @go() } }', 'mounted of Panel'],
    ['const p={ open(){ @go() } }', undefined],
    ['const Co={ __name:`Panel`, setup(){ onMounted(()=>@go()) } }', 'onMounted of Panel'],
    ['const Badge=observer(()=>{ useEffect(()=>{ @go() }) })', 'useEffect of Badge'],
    ['const Badge=memo(forwardRef(function(){ useEffect(()=>{ @go() }) }))', 'useEffect of Badge'],
    ['const rows=list.map(()=>{ useEffect(()=>{ @go() }) })', 'useEffect'],
    ['class UserCard extends L{ connectedCallback(){ @go() } }', 'connectedCallback of UserCard'],
    ['function Panel(){ useEffect(()=>{ bus.on(function(){ @go() }) }) }', 'useEffect of Panel'],
    ['function Panel(){ useEffect(()=>{ function start(){ @go() } start() }) }', undefined],
    ['function open(){ list.forEach(()=>{ @go() }) }', undefined],
    ['class Menu { constructor(){ @go() } static ɵfac = f; static ɵcmp = c({}) }', 'constructor of Menu'],
    ['class Menu { constructor(){ @go() } static { this.ɵcmp = c({}) } }', 'constructor of Menu'],
    ['class Menu { stop = bus.on(@go()); static ɵdir = c({}) }', 'constructor of Menu'],
    ['class Menu { move = () => { @go() }; static ɵcmp = c({}) }', undefined],
    ['class Keys extends Controller { connect(){ @go() } }', 'connect of Keys'],
    ['class Socket extends Channel { connect(){ @go() } }', undefined],
    ['class Store { constructor(){ @go() } static ɵprov = c({}) }', undefined],
    ['class Menu { constructor(){ @go() } }', undefined],
    [
      'function join(f){ @go() }\nfunction useOnline(){ return useSyncExternalStore(join, read) }',
      'useSyncExternalStore of useOnline',
    ],
    ['function join(f){ @go() }\nfunction Badge(){ React.useEffect(join) }', 'useEffect of Badge'],
    ['const start = () => { @go() };\nonMounted(start);', 'onMounted'],
    ['function join(f){ @go() }\nfunction Badge(){ useEffect(() => join(3)); }', undefined],
    ['function read(f){ @go() }\nfunction Badge(){ useSyncExternalStore(join, read) }', undefined],
  ] as const)
    it(`of ${source} is ${expected ?? 'nothing'}`, () => assert.equal(role(source), expected));
});

/** A positive number as source maps write it: five bits a digit, the lowest first, after a bit for the sign. */
function digits(value: number): string {
  const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  let text = '';
  for (let rest = value << 1; text === '' || rest > 0; rest >>= 5) text += BASE64[(rest & 31) | (rest > 31 ? 32 : 0)];
  return text;
}

describe('the component of an effect whose function a minifier moved', () => {
  const text = 's={listener:function(){useEffect(()=>{ go() })}}';
  for (const [source, expected] of [
    ['export function Panel() {', 'useEffect of Panel'],
    ['const Panel = memo(() => {', 'useEffect of Panel'],
    ['const rows = list.map(() => {', 'useEffect'],
  ] as const)
    it(`is read in ${source}`, () => {
      const from = source.includes('=>') ? source.indexOf('(() =>') + 1 : 0;
      const map = new TraceMap({
        version: 3,
        sources: ['panel.jsx'],
        sourcesContent: [source],
        names: [],
        mappings: `${digits(text.indexOf('function'))}AA${digits(from)}`,
      });
      assert.equal(functionRole(at(text, 'go'), text, map), expected);
    });
});

describe('what runs an effect, where a bundler moved and the map does not name it', () => {
  for (const named of ['', 'A'])
    it(`is read in the source (${named === '' ? 'no name' : 'that of a minified package'})`, () => {
      const text = 'function Panel(){ A2(()=>{ go() }) }';
      const source = 'function Panel() { useEffect(() => {';
      const map = new TraceMap({
        version: 3,
        sources: ['panel.jsx'],
        sourcesContent: [source],
        names: ['y'],
        mappings: `${digits(text.indexOf('A2'))}AA${digits(source.indexOf('useEffect'))}${named}`,
      });
      assert.equal(functionRole(at(text, 'go'), text, map), 'useEffect of Panel');
    });
});

describe('the name of a function in its source', () => {
  const map = new TraceMap({ version: 3, sources: ['panel.js'], sourcesContent: ['-'], names: [], mappings: 'AAAA' });
  const named = (text: string, name: string) => originalFunctionName({ ...at(text, 'go'), function: name }, text, map);
  it('has the class before it where that has the method, and not where it is what a click was on', () => {
    assert.equal(named('function open(){ go() }', 'HTMLButtonElement.open'), 'open');
    assert.equal(named('const panel={ open(){ go() } }', 'Panel.open'), undefined);
  });
});

describe('the name of a class in its source', () => {
  const source = 'export class Chart {\n  destroy() {}\n}\n';
  const map = new TraceMap({
    version: 3,
    sources: ['chart.ts'],
    sourcesContent: [source],
    names: ['Chart'],
    // `var Ai=class{…}`: the identifier has a name, then the class begins.
    mappings: 'IAAaA,GAAP',
  });

  it('is that of the variable a bundle puts it into', () => {
    const text = 'var Ai=class{destroy(){}};';
    assert.equal(originalClassName({ ...at(text, 'class'), function: 'Ai' }, text, map), 'Chart');
  });
});

describe('the name of a class of a package that is shipped minified', () => {
  const named = (line: string) => {
    // The bundler's map names what the package's own file says (`po`), and leads to the source that the package's map has.
    const map = new TraceMap({
      version: 3,
      sources: ['Canvas.ts'],
      sourcesContent: [line],
      names: ['po'],
      mappings: 'AAAO,MAAMA',
    });
    const text = 'class Ei{go(){}}';
    return originalClassName({ ...at(text, 'class'), function: 'Ei' }, text, map);
  };

  it('is read in its source', () => {
    assert.equal(named('export class Canvas extends Base {'), 'Canvas');
    assert.equal(named('export default mixin(Base, {'), 'po');
  });
});

describe('the name of a constructor and of methods in their source', () => {
  const map = new TraceMap({
    version: 3,
    sources: ['card.ts'],
    sourcesContent: ['export class UserCard {\n'],
    names: ['UserCard'],
    // `class et{…}`: the class begins, then its identifier has a name.
    mappings: 'AAAO,MAAMA',
  });
  const text = 'class et{constructor(){ go() }show(){ run() }}';
  const named = (mark: string, name: string) => originalFunctionName({ ...at(text, mark), function: name }, text, map);

  it('is that of the class, also where a bundler gave it another', () => {
    assert.equal(named('go', 'et'), 'UserCard');
    assert.equal(named('go', 'new et'), 'UserCard');
    assert.equal(named('run', 'et.show'), 'UserCard.show');
  });

  it('is not that of a class that inherits or contains it', () => {
    assert.equal(named('run', 'tt.show'), undefined);
    assert.equal(named('go', 'other'), undefined);
  });
});

describe('the name of a variable in its source', () => {
  // `a` of the outer function is `handlers`, `a` of the inner one is `event`: the map names both.
  const text = '(()=>{let a=new Map;on((a)=>a);add(b=>{a.set(b)})})()';
  const map = new TraceMap({
    version: 3,
    sources: ['bus.ts'],
    names: ['handlers', 'event'],
    mappings: 'UAAAA,eAAAC',
  });

  it('is that of the variable the function sees, however often a bundle uses its letter', () => {
    assert.equal(scopedName('a', text, map, { line: 1, column: text.indexOf('b=>') + 1 }), 'handlers');
  });

  it('is not known where nothing around the function declares it', () => {
    assert.equal(scopedName('z', text, map, { line: 1, column: text.indexOf('b=>') + 1 }), undefined);
  });
});

describe('the line of a call', () => {
  const call = (source: string, callee: string) =>
    findOnlyCall({ source, functionLine: 1, functionColumn: source.indexOf('(') + 1, callee });

  it('is known where a function calls another once, by any form of call', () => {
    assert.deepEqual(call('function open(){ const t = gsap.to(box, {}) }', 'to'), { line: 1, column: 33 });
    assert.deepEqual(call('function open(){ return new Chart(box) }', 'Chart'), { line: 1, column: 25 });
    assert.deepEqual(call('function open(){ return chart(box) }', 'chart'), { line: 1, column: 25 });
  });

  it('is where stacks have it, so that what else the call left is known to be of it', () => {
    const chain = 'function open(){ quotes.pipe(\n map(),\n )\n .subscribe(show) }';
    assert.deepEqual(call(chain, 'r.subscribe'), { line: 4, column: 3 });
    assert.deepEqual(call('function open(){ (0, react.useEffect)(run) }', 'useEffect'), { line: 1, column: 38 });
    assert.deepEqual(call('function open(){ react["useEffect"](run) }', 'useEffect'), { line: 1, column: 36 });
  });

  it('is not guessed where there are two, or where only a function inside calls it', () => {
    assert.equal(call('function open(){ gsap.to(a); gsap.to(b) }', 'to'), undefined);
    assert.equal(call('function open(){ later(() => gsap.to(a)) }', 'to'), undefined);
  });
});

// Turbopack's maps lead to each identifier and name few of them: a holder was called `i`.
describe('the name of a variable that the map leads to and does not name', () => {
  const text = 'let i=[];function f(e){i.push(e)}';
  const named = (source: string, generated: number, original: number, name = 'i') => {
    const map = new TraceMap({
      version: 3,
      sources: ['kept.js'],
      sourcesContent: [source],
      names: [],
      mappings: `${digits(generated)}AA${digits(original)}`,
    });
    return identifierAt(map, name, { line: 1, column: text.indexOf('i=') + 1 });
  };

  it('is the word of the source, where the map has that very place', () => {
    const at = text.indexOf('i=');
    assert.equal(named('const opened = [];', at, 6), 'opened');
    assert.equal(named('const opened = [];', at - 4, 0), undefined, 'the map has an earlier place');
    assert.equal(named('const opened = [];', at, 0), undefined, 'a keyword');
    assert.equal(named('const [opened] = [[]];', at, 6), undefined, 'no word');
    assert.equal(named('const opened = [];', at, 6, 'helper'), undefined, 'a compiler’s own variable');
  });
});
