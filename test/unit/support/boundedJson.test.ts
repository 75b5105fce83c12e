import assert from 'node:assert/strict';
import { parseBoundedJson } from '../../../src/support/index.ts';

describe('JSON that anybody may have written', () => {
  it('is read as JSON.parse reads it, brackets and quotes in its texts included', () => {
    for (const value of [{ a: '[[[["\\', b: ['}', '\\"', '{'] }, [[[1]]], 'x', null, '['.repeat(500)])
      assert.deepEqual(parseBoundedJson(JSON.stringify(value)), value);
    for (const broken of ['', '"', '"\\', '[', '{"a":']) assert.throws(() => parseBoundedJson(broken), SyntaxError);
  });

  it('takes no memory for what is nested without end', () => {
    const before = process.resourceUsage().maxRSS;
    assert.throws(() => parseBoundedJson('['.repeat(1e7)), /too deep/);
    assert.throws(() => parseBoundedJson('{"a":'.repeat(1e6)), /too deep/);
    assert.ok(process.resourceUsage().maxRSS - before < 200 * 1024);
  });
});
