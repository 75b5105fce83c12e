import assert from 'node:assert/strict';
import { mostDifferentFirst } from '../../../src/scenarios/linksScenario.ts';

describe('links of a page', () => {
  it('of many that are alike, one comes before the second of any: another part of the site is not left out', () => {
    const posts = ['/blog/1', '/blog/2', '/blog/third'];
    assert.deepEqual(mostDifferentFirst([...posts, '/about', '/shop/cart']), [
      '/blog/1',
      '/about',
      '/shop/cart',
      '/blog/2',
      '/blog/third',
    ]);
  });

  it('every link is kept, with its query and its host', () => {
    const links = ['http://site.test/a?x=1', 'http://site.test/a?x=2', './b'];
    assert.deepEqual([...mostDifferentFirst(links)].sort(), [...links].sort());
  });
});
