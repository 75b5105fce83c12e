import assert from 'node:assert/strict';
import { adviceFor } from '../../../../src/leaks/explain/advice.ts';
import { libraryFactsOf } from '../../../../src/leaks/explain/libraryFacts.ts';
import { parseCall } from '../../../../src/leaks/explain/failedStep.ts';
import { packageOf, stackRuns } from '../../../../src/leaks/explain/stackRuns.ts';
import type { SourceSite } from '../../../../src/leaks/model.ts';
import type { Explained } from '../../../../src/leaks/explain/explained.ts';
import { defined } from '../../../../src/support/index.ts';

function site(role: string | undefined, file = 'src/Panel.tsx', ...libraries: string[]): SourceSite {
  const own = { file, line: 14, column: 5, function: '' };
  const inside = libraries.map((library) => ({ file: library, line: 1, column: 1, function: 'x' }));
  return { ...own, precision: 'line', stack: [...inside, own], ...defined({ role }) };
}

describe('what a Node program has open', () => {
  const open = { kind: 'object', name: 'Socket' } as const;

  it('is to be closed where nothing of the program holds it, and to be let go where something does', () => {
    assert.match(adviceFor(open), /^Close each connection when its work is done/);
    assert.match(adviceFor({ ...open, holder: 'clients' }), /clients/);
  });

  // It was to be closed "when its view closes; close() does run on this page".
  it('is told by what ends it where Node keeps it, whatever methods its class has', () => {
    const ending = { method: 'close', ran: true, on: 'the Timeout' } as const;
    const told = (name: string, holder: string) => adviceFor({ kind: 'object', name, holder }, { ending });
    assert.match(told('Timeout', 'timerListMap._idlePrev'), /^Clear each timer/);
    assert.match(told('Listener', 'shutdown.#signal.abort.next'), /^Remove the listener.*removeEventListener/);
    assert.match(told('function send', 'bus._events.price'), /^Remove the listener.*off\(\)/);
    assert.match(told('{id, rows}', 'server._events.request'), /close\(\)/);
    assert.match(told('Timeout', 'room.timeouts'), /^Call close\(\) on the Timeout/);
  });
});

describe('the package of a finding', () => {
  const made = site(undefined, 'src/map.ts', 'node_modules/leaflet/src/Map.js');
  const kept = site(undefined, 'src/map.ts', 'packages/web/node_modules/leaflet/src/DomEvent.js');
  const files = (texts: Record<string, string>) => ({ read: (path: string) => Promise.resolve(texts[path]) });
  const none = files({});

  it('is likely at fault where it makes and keeps what no method ends', async () => {
    const ask = (allocatedAt: SourceSite, keptAt: SourceSite | undefined, ending?: Explained['ending']) =>
      libraryFactsOf({ allocatedAt, keptAt, ending }, none);
    assert.equal((await ask(made, kept))?.likelyAtFault, true);
    assert.equal(
      (await ask(made, kept, { method: 'remove', ran: false, on: 'the Map' }))?.likelyAtFault,
      false,
      'to call',
    );
    assert.equal((await ask(site(undefined), kept))?.likelyAtFault, false, 'the user’s own callback');
    assert.equal((await ask(made, undefined))?.likelyAtFault, false);
    assert.equal(await ask(site(undefined), undefined), undefined);
  });

  it('has the version that is installed beside the file, else in the workspace', async () => {
    const facts = (texts: Record<string, string>) =>
      libraryFactsOf({ allocatedAt: made, keptAt: kept, ending: undefined }, files(texts));
    const own = { 'packages/web/node_modules/leaflet/package.json': '{"version":"1.9.4"}' };
    const root = { 'node_modules/leaflet/package.json': '{"version":"2.0.0"}' };
    assert.equal((await facts({ ...own, ...root }))?.version, '1.9.4');
    assert.equal((await facts(root))?.version, '2.0.0');
    assert.equal((await facts({ 'node_modules/leaflet/package.json': '{"version":7' }))?.version, undefined);
  });

  it('is not looked for outside the workspace', async () => {
    const asked: string[] = [];
    const read = (path: string) => Promise.resolve(asked.push(path)).then(() => undefined);
    const outside = site(undefined, 'src/map.ts', '../../node_modules/leaflet/src/Map.js');
    await libraryFactsOf({ allocatedAt: outside, keptAt: undefined, ending: undefined }, { read });
    assert.deepEqual(asked, ['node_modules/leaflet/package.json']);
  });
});

describe('what undoes a call into a library', () => {
  const call = (called: string, ending?: Explained['ending'], calls?: string): string => {
    const own = { file: 'src/badge.ts', line: 8, column: 5, function: 'open' };
    const inside = ['Record', called].map((name) => {
      return { file: 'node_modules/pixi.js/lib/index.mjs', line: 1, column: 1, function: name };
    });
    const keptAt: SourceSite = { ...own, precision: 'line', stack: [...inside, own], ...defined({ calls }) };
    return adviceFor(
      { kind: 'object', name: 'Record', holder: 'records', allocatedAt: keptAt, keptAt },
      defined({ ending }),
    );
  };
  const destroy = { method: 'destroy', ran: false, on: 'the Record' };

  it('is named where the function that was called says it', () => {
    assert.match(
      call('Ticker.add'),
      /pixi\.js when its view closes: call remove\(\), which undoes add\(\), or what that returned\.$/,
    );
    assert.match(call('Emitter.on'), /call off\(\)/);
    assert.match(call('Store.subscribe'), /call unsubscribe\(\)/);
    assert.match(call('Map.addLayer'), /call removeLayer\(\)/);
    assert.match(call('view.listenTo'), /call stopListening\(\)/);
    assert.match(
      call('Emitter.addEventListener', undefined, 'socket.on'),
      /^Undo what socket\.on\(\) in src\/badge\.ts:8 starts in pixi\.js when .*: call off\(\), which undoes on\(\)/,
    );
    assert.match(call('Trap.e', undefined, 'trap.activate'), /call deactivate\(\)/);
    assert.match(call('address'), /call what that returned, or the destroy/);
  });

  it('is to take it out of the user’s own collection, where that is what keeps it', () => {
    const own = site(undefined, 'src/notes.ts');
    const made = site(undefined, 'src/notes.ts', 'node_modules/editor/index.js');
    const told = (ran: boolean, keptAt: SourceSite): string =>
      adviceFor(
        { kind: 'object', name: 'Editor', holder: 'openEditors', allocatedAt: made, keptAt },
        { ending: { method: 'destroy', ran, on: 'the Editor' } },
      );
    assert.match(told(true, own), /^Remove it from openEditors/);
    assert.equal(
      told(false, own),
      'Call destroy() on the Editor when its view closes, and remove it from openEditors.',
    );
    assert.match(told(true, made), /^Call destroy\(\) on the Editor/);
    const unmapped = { ...own, excerpt: 'r._howls.push(t)' };
    assert.equal(told(false, unmapped), 'Call destroy() on the Editor when its view closes.');
  });

  it('is no method of a record that the caller does not have', () => {
    assert.match(call('Ticker.add', destroy), /call remove\(\)/);
    assert.match(call('Store.subscribe', { ...destroy, method: 'unsubscribe' }), /^Call unsubscribe\(\) on the Record/);
    assert.match(call('create', destroy), /^Call destroy\(\) on the Record/);
    assert.match(call('Map.addLayer', destroy), /^Call destroy\(\) on the Record/);
  });
});

describe('the advice of a finding', () => {
  const listener = { kind: 'event-listener', name: 'resize listener on window' } as const;

  for (const [role, file, expected] of [
    [
      'useEffect of Panel',
      'src/Panel.tsx',
      /^Return a clean-up function from this useEffect that calls removeEventListener/,
    ],
    ['onMount of Panel', 'src/Panel.svelte', /^Return a function from this onMount that calls removeEventListener/],
    ['onMount of Panel', 'src/Panel.tsx', /^Call onCleanup in this onMount with a function that calls removeEvent/],
    ['onMounted of setup', 'src/Panel.vue', /^Write an onUnmounted that calls removeEventListener/],
    ['connectedCallback of UserCard', 'src/card.js', /^Write a disconnectedCallback that calls removeEventListener/],
    ['ngOnInit of CardComponent', 'src/card.ts', /^Write an ngOnDestroy that calls removeEventListener/],
    ['componentDidMount of Card', 'src/card.jsx', /^Write a componentWillUnmount that calls removeEventListener/],
  ] as const)
    it(`says where ${role} in ${file} is undone`, () => {
      assert.match(adviceFor({ ...listener, allocatedAt: site(role, file) }), expected);
    });

  it('names the call that ends a timer, an observer, an object of a library', () => {
    assert.match(adviceFor({ kind: 'timer', name: 'interval' }), /clearInterval/);
    assert.match(adviceFor({ kind: 'timer', name: 'timeout' }), /clearTimeout/);
    assert.match(adviceFor({ kind: 'worker', name: 'Worker' }), /terminate\(\)/);
    // It has no terminate(), and Chromium keeps each one until its page goes, whatever becomes of its port.
    assert.match(adviceFor({ kind: 'worker', name: 'SharedWorker' }), /one SharedWorker for the page/);
    assert.match(adviceFor({ kind: 'observer', name: 'ResizeObserver' }), /disconnect\(\)/);
    assert.equal(
      adviceFor(
        { kind: 'object', name: 'Chart', holder: 'instances' },
        { ending: { method: 'destroy', ran: false, on: 'the Chart' } },
      ),
      'Call destroy() on the Chart when its view closes.',
    );
    const inLibrary = site(undefined, 'src/map.ts', 'node_modules/leaflet/src/DomEvent.js');
    assert.match(
      adviceFor({ kind: 'object', name: 'Map', holder: 'events', keptAt: inLibrary }),
      /^Undo what src\/map\.ts:14 starts in leaflet/,
    );
    const element = { kind: 'dom-node', name: '<ul> (detached)', holder: 'maps' } as const;
    assert.match(
      adviceFor({ ...element, allocatedAt: site(undefined, 'src/list.ts'), keptAt: inLibrary }),
      /^Undo what src\/map\.ts:14 starts in leaflet/,
    );
  });

  it('asks to end an effect that its framework holds, and not for a clean-up function in it', () => {
    const effect = (role: string, library: string) =>
      adviceFor({
        kind: 'object',
        name: 'Link',
        holder: 'user.subs',
        allocatedAt: site(role, 'src/Panel.vue', library),
      });
    assert.match(
      effect('watchEffect of Panel', 'node_modules/@vue/reactivity/dist/reactivity.js'),
      /^This watchEffect never ends: .*the function that watchEffect\(\) returned/,
    );
    assert.match(
      effect('createEffect of Panel', 'node_modules/solid-js/dist/solid.js'),
      /the dispose function of its createRoot\(\)/,
    );
    assert.match(effect('$effect.root of Panel', 'node_modules/svelte/src/effects.js'), /\$effect\.root\(\) returned/);
    assert.match(effect('watchEffect of Panel', 'node_modules/mitt/dist/mitt.js'), /^Call onWatcherCleanup/);
    assert.match(
      effect('$effect of Panel', 'node_modules/svelte/src/store/index.js'),
      /^Return a function from this \$eff/,
    );
  });

  it('ends what a package began with what the package gives for that', () => {
    const timer = (...libraries: string[]) =>
      adviceFor({
        kind: 'timer',
        name: 'interval',
        allocatedAt: site('ngOnInit of Clock', 'src/clock.ts', ...libraries.map((name) => `node_modules/${name}/a.js`)),
      });
    assert.equal(timer('rxjs'), 'Write an ngOnDestroy that calls unsubscribe() on what subscribe() returned.');
    assert.equal(timer('zone.js', 'rxjs'), timer('rxjs'));
    assert.equal(timer('zone.js'), 'Write an ngOnDestroy that calls clearInterval.');
    assert.match(timer('ticker'), /ends what src\/clock\.ts:14 starts in ticker/);
  });

  it('names the collection, where a library only called what puts things into it', () => {
    const made = { ...site(undefined, 'node_modules/react-dom/client.js'), file: 'node_modules/react-dom/client.js' };
    const kept = site(undefined, 'src/store.ts');
    const called = { ...kept, stack: [...kept.stack, ...made.stack] };
    assert.match(
      adviceFor({ kind: 'object', name: 'anonymous function', holder: 'listeners', allocatedAt: made, keptAt: called }),
      /^Remove it from listeners /,
    );
  });

  it('tells of a collection that it may have a limit above the iterations that were followed', () => {
    const advice = adviceFor({ kind: 'object', name: 'Step', holder: 'undoStack' }, { followed: 60 });
    assert.match(advice, /^Remove it from undoStack .*limit above 60, .*--iterations/);
  });

  it('is one sentence', () => {
    for (const kind of [
      'object',
      'dom-node',
      'frame',
      'worker',
      'socket',
      'object-url',
      'page',
      'array-buffer',
    ] as const)
      assert.match(adviceFor({ kind, name: 'it' }), /^[A-Z][^.]*(?:\.\w[^.]*)*\.$/);
  });
});

describe('a stack for reading', () => {
  it('folds the frames of one package, and knows packages by where they are installed or served from', () => {
    const frame = (file: string) => ({ file, line: 1, column: 1, function: 'f' });
    const runs = stackRuns([
      frame('src/useWidth.ts'),
      frame('node_modules/react-dom/cjs/react-dom.js'),
      frame('node_modules/.pnpm/react-dom@18.3.1/node_modules/react-dom/client.js'),
      frame('src/main.ts'),
    ]);
    assert.deepEqual(
      runs.map((run) => (run.type === 'own' ? run.frame.file : `${run.frames.length} in ${run.name}`)),
      ['src/useWidth.ts', '2 in react-dom', 'src/main.ts'],
    );
    assert.equal(packageOf('../../node_modules/@floating-ui/dom/dist/a.js'), '@floating-ui/dom');
    assert.equal(packageOf('http://localhost:5173/node_modules/.vite/deps/rxjs.js?v=1'), 'rxjs');
    assert.equal(packageOf('https://unpkg.com/three@0.170/build/three.js'), 'three');
    assert.equal(packageOf('src/node_modules.ts'), undefined);
  });
});

describe('a call of Playwright that failed', () => {
  const waiting = (...log: string[]): string =>
    ['page.click: Timeout 10000ms exceeded.', 'Call log:', ...log.map((line) => `\u001B[2m  - ${line}\u001B[22m`)].join(
      '\n',
    );

  it('says its selector, and that nothing matched', () => {
    assert.equal(
      parseCall(waiting("waiting for locator('#open')")),
      "page.click on '#open' found no such element within 10 s.",
    );
  });

  it('says what stood in the way of an element that is there', () => {
    const said = parseCall(
      waiting(
        "waiting for locator('#open')",
        'locator resolved to <button id="open">Open</button>',
        '<div class="cookie-banner">…</div> intercepts pointer events',
        'retrying click action',
      ),
    );
    assert.match(
      said!,
      /did not succeed within 10 s: <div class="cookie-banner">…<\/div> intercepts pointer events\.$/,
    );
  });

  it('leaves errors of another kind as they are', () => {
    assert.equal(parseCall('Cannot read properties of undefined'), undefined);
  });
});
