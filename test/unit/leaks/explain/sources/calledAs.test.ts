import assert from 'node:assert/strict';
import { calledAs } from '../../../../../src/leaks/explain/sources/calledAs.ts';

describe('what a line calls', () => {
  const at = (source: string, word: string): string | undefined => {
    const lines = source.slice(0, source.indexOf(word)).split('\n');
    return calledAs(source, { line: lines.length, column: lines.at(-1)!.length + 1 });
  };

  it('is read where a stack has the call, in any language that compiles to JavaScript', () => {
    assert.equal(at('\n  const s: Swiper = new Swiper<Slide>(el, {});', 'new'), 'new Swiper');
    assert.equal(at('this.tour = new Shepherd.Tour();', 'new'), 'new Shepherd.Tour');
    assert.equal(at('sortable = Sortable.create(list)', 'create'), 'Sortable.create');
    assert.equal(at('charts?.init?.(host)', 'init'), 'charts.init');
    assert.equal(at('popper = createPopper<Options>(anchor)', 'createPopper'), 'createPopper');
    assert.equal(at('$(box).select2()', 'select2'), 'select2');
  });

  it('is nothing where no call begins', () => {
    assert.equal(at('return view;', 'return'), undefined);
    assert.equal(at('const view = 1;', 'view'), undefined);
    assert.equal(calledAs('a', { line: 9, column: 1 }), undefined);
  });
});
