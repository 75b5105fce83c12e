import assert from 'node:assert/strict';
import { createContext, runInContext } from 'node:vm';
import { transform } from 'esbuild';
import { installPageHooks } from '../../../../../src/leaks/measure/pageHooks/index.ts';

/**
 * A realm with the few things that every browser realm has, and nothing of Node. Its classes are its own: hooks in Node's EventTarget would
 * break the worker threads of every test after this one.
 */
function realm(): Record<string, unknown> {
  const scope: Record<string, unknown> = {
    performance,
    EventTarget: class extends EventTarget {},
    AbortController: class extends AbortController {},
    AbortSignal: class extends AbortSignal {},
    Event: class extends Event {},
  };
  for (const name of ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'])
    scope[name] = (): number => Math.random();
  return createContext(scope);
}

describe('page hooks as text', () => {
  it('use nothing from outside, so that the browser can run them alone', () => {
    const scope = realm();
    runInContext(`(${installPageHooks.toString()})()`, scope);
    assert.deepEqual(
      Object.keys(scope).filter((name) => !(name in realm())),
      [],
      'and leave no global behind',
    );
  });

  it('still do so after the minified build', async () => {
    const { code } = await transform(`globalThis.install = ${installPageHooks.toString()}`, {
      minify: true,
      target: 'node22',
    });
    const builder: { install?: () => void } = {};
    runInContext(code, createContext(builder));
    runInContext(`(${builder.install!.toString()})()`, realm());
  });

  it('install where a class of the web is missing, as in workers and old browsers', () => {
    const scope = realm();
    delete scope['AbortSignal'];
    runInContext(`(${installPageHooks.toString()})()`, scope);
  });
});
