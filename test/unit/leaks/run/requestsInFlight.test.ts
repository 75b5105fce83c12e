import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Page, Request } from 'playwright';
import { PageEvents } from '../../../../src/leaks/drive/pageEvents.ts';
import { RequestsInFlight } from '../../../../src/leaks/drive/requestsInFlight.ts';
import { FakeProcesses } from '../../../support/fakeProcesses.ts';

const ORIGIN = 'http://localhost:5173';

function createPage() {
  const page = Object.assign(new EventEmitter(), { workers: () => [], mainFrame: () => 'main' });
  const { clock } = new FakeProcesses();
  const requests = new RequestsInFlight(page as unknown as Page, new PageEvents(page as unknown as Page), clock);
  return {
    requests,
    clock,
    asks: (path: string, type: string, referer: string | undefined): Request => {
      const request = {
        url: () => new URL(path, ORIGIN).href,
        resourceType: () => type,
        headers: () => (referer === undefined ? {} : { referer }),
        isNavigationRequest: () => false,
      } as unknown as Request;
      page.emit('request', request);
      return request;
    },
    answers: (request: Request): void => void page.emit('response', { request: () => request }),
    makesWorker: (path: string): EventEmitter => {
      const worker = Object.assign(new EventEmitter(), { url: () => new URL(path, ORIGIN).href });
      page.emit('worker', worker);
      return worker;
    },
  };
}

describe('RequestsInFlight', () => {
  const PAGE = `${ORIGIN}/app`;

  it('counts what a worker asked for until it is answered, or the worker is ended', () => {
    const { requests, asks, makesWorker } = createPage();
    const worker = makesWorker('/search.js');
    asks('/api/rows', 'fetch', `${ORIGIN}/search.js`);
    asks('/api/user', 'fetch', PAGE);
    assert.equal(requests.count, 2);
    worker.emit('close');
    assert.equal(requests.count, 1, 'what the page itself asked for is on its way still');
  });

  it('knows what a worker made of a blob asked for: it has no address of its own', () => {
    const { requests, asks, makesWorker } = createPage();
    const worker = makesWorker('blob:http://localhost:5173/1');
    asks('/api/rows', 'fetch', '');
    worker.emit('close');
    assert.equal(requests.count, 0);
    assert.equal(requests.anyOpen, false);
  });

  it('ends the script of a worker with it, and waits a second for one that never began', async () => {
    const { requests, clock, asks, makesWorker } = createPage();
    asks('/search.js', 'script', undefined);
    makesWorker('/search.js').emit('close');
    assert.equal(requests.count, 0);
    asks('/other.js', 'script', undefined);
    assert.equal(await requests.idle(clock.monotonic() + 500), false);
    assert.equal(await requests.idle(clock.monotonic() + 600), true);
    asks('/other.js', 'script', undefined);
    assert.equal(requests.count, 0, 'it is known now');
    assert.deepEqual([...requests.unawaited()], [], 'and no work that goes on');
    asks('/page.js', 'script', PAGE);
    assert.equal(await requests.idle(clock.monotonic() + 5000), false, 'scripts of the page are waited for');
  });

  it('does not count what may have been asked by an ended worker as work that goes on', () => {
    const { requests, asks, makesWorker } = createPage();
    const worker = makesWorker('/search.js');
    asks('http://api.localhost/rows', 'fetch', `${ORIGIN}/`);
    worker.emit('close');
    assert.equal(requests.count, 1, 'the page may have asked for it');
    requests.leave();
    assert.deepEqual([...requests.unawaited()], []);
    asks('http://api.localhost/rows', 'fetch', `${ORIGIN}/`);
    assert.deepEqual([...requests.unawaited()], [['http://api.localhost/rows', 1]], 'this one goes on');
  });

  it('ends what was answered and is not read: the browser never says so, and each iteration waited 10 s', async () => {
    const { requests, clock, asks, answers } = createPage();
    const saved = asks('/api/save', 'fetch', PAGE);
    answers(saved);
    requests.endUnread([]);
    assert.equal(requests.count, 1, 'page code may be about to read it');
    await clock.sleep(150);
    requests.endUnread([]);
    assert.equal(requests.anyOpen, false);
    answers(asks('/api/save?n=2', 'fetch', PAGE));
    requests.endUnread([]);
    assert.equal(requests.anyOpen, false, 'of this address it is known');
  });

  it('waits for the end of what is read, be the answer known here before or after', async () => {
    const { requests, clock, asks, answers } = createPage();
    const read = { kind: 'read', key: `${ORIGIN}/api/stream` } as const;
    for (const early of [true, false]) {
      const stream = asks('/api/stream', 'fetch', PAGE);
      if (early) requests.endUnread([read]);
      answers(stream);
      if (!early) requests.endUnread([read]);
      await clock.sleep(500);
      assert.deepEqual(requests.endUnread([]), []);
      requests.beginIteration();
      assert.equal(requests.anyOpen, true);
    }
  });
});
