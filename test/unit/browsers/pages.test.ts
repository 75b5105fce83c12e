import assert from 'node:assert/strict';
import { EventEmitter, getEventListeners } from 'node:events';
import { type CdpSession, mapPagesToProcesses, rendererContents } from '../../../src/browsers/index.ts';

/** A page's session that answers what a test says; undefined never answers. */
class FakeSession extends EventEmitter implements CdpSession {
  readonly sent: string[] = [];
  readonly answers: Record<string, () => Promise<unknown>> = {
    'Target.getTargetInfo': () =>
      Promise.resolve({ targetInfo: { targetId: 'T', url: 'http://a/', title: 'A', type: 'page' } }),
    'Tracing.start': () => Promise.resolve({}),
    'Tracing.end': () => {
      setImmediate(() => {
        this.emit('Tracing.dataCollected', { value: this.events });
        this.emit('Tracing.tracingComplete', {});
      });
      return Promise.resolve({});
    },
  };
  events: unknown[] = [
    { name: 'RunTask', pid: 1, args: {} },
    {
      name: 'TracingStartedInBrowser',
      pid: 1,
      args: { data: { frames: [{ frame: 'T', url: 'http://a/', processId: 40 }] } },
    },
  ];

  send(method: string): Promise<unknown> {
    this.sent.push(method);
    return this.answers[method]?.() ?? Promise.reject(new Error(`no ${method}`));
  }

  get listening(): number {
    return this.eventNames().reduce((sum, name) => sum + getEventListeners(this, name).length, 0);
  }
}

const never = () => new Promise<unknown>(() => undefined);

describe('mapPagesToProcesses', () => {
  it('leaves no listener on a session that is used again and again', async () => {
    const session = new FakeSession();
    const { pages } = await mapPagesToProcesses([session]);
    assert.equal(pages[0]?.pid, 40);
    assert.equal(session.listening, 0);
  });

  it('does not wait for ever for a browser that does not answer, and ends a trace that starts too late', async () => {
    const session = new FakeSession();
    let start = (): void => undefined;
    session.answers['Tracing.start'] = () =>
      new Promise((resolve) => {
        start = () => resolve({});
      });
    const { unmapped } = await mapPagesToProcesses([session], { timeoutMs: 20 });
    assert.match(unmapped[0]!.reason, /longer than 20 ms/);
    assert.ok(!session.sent.includes('Tracing.end'));
    start();
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(session.sent.includes('Tracing.end'));
    assert.equal(session.listening, 0);
  });

  it('does not wait for ever for a trace that never completes', async () => {
    const session = new FakeSession();
    session.answers['Tracing.end'] = () => Promise.resolve({});
    assert.equal((await mapPagesToProcesses([session], { timeoutMs: 20 })).unmapped.length, 1);
    session.answers['Target.getTargetInfo'] = never;
    assert.equal((await mapPagesToProcesses([session], { timeoutMs: 20 })).unmapped.length, 1);
    assert.equal(session.listening, 0);
  });

  it('says so when a page has no renderer, instead of inventing one', async () => {
    const session = new FakeSession();
    session.events = [
      { name: 'TracingStartedInBrowser', pid: 1, args: { data: { frames: [{ frame: 'T', url: 'http://a/' }] } } },
    ];
    const { pages, unmapped } = await mapPagesToProcesses([session]);
    assert.deepEqual(pages, []);
    assert.match(unmapped[0]!.reason, /http:\/\/a\//);
  });

  it('gives a worker to its own page only, and leaves out one whose kind nobody knows any more', async () => {
    const session = new FakeSession();
    const worker = (workerId: string, frame: string) => ({
      name: 'TracingSessionIdForWorker',
      pid: 41,
      args: { data: { workerId, frame, url: `http://a/${workerId}.js` } },
    });
    session.events.push(worker('mine', 'T'), worker('theirs', 'other'), worker('gone', 'gone'));
    const info = session.answers['Target.getTargetInfo']!;
    let asked = 0;
    session.answers['Target.getTargetInfo'] = () => (asked++ === 0 ? info() : Promise.reject(new Error('No target')));
    const { pages, workers } = await mapPagesToProcesses([session]);
    assert.deepEqual(
      pages[0]!.frames.map(({ id, pid }) => [id, pid]),
      [
        ['T', 40],
        ['mine', 41],
      ],
    );
    assert.deepEqual(workers, []);
  });
});

describe('rendererContents', () => {
  const page = (targetId: string, title: string, pid: number) => ({
    targetId,
    title,
    url: `http://${targetId}.example/`,
    pid,
    frames: [{ kind: 'page' as const, id: targetId, url: `http://${targetId}.example/`, pid }],
  });

  it('names a renderer by what is in it, safe to show', () => {
    const contents = rendererContents({
      pages: [page('a', 'Shop\n\u202eevil', 1), page('b', '', 1), page('c', '', 2)],
      workers: [{ kind: 'service-worker', id: 's', url: 'http://s.example/sw.js', pid: 3 }],
      unmapped: [],
    });
    assert.deepEqual(
      [...contents.values()].map(({ pid, label }) => [pid, label]),
      [
        [1, 'Shop evil and 1 more page'],
        [2, 'http://c.example/'],
        [3, 'service worker of s.example'],
      ],
    );
  });
});
