import assert from 'node:assert/strict';
import type { Explained } from '../../../../../src/leaks/explain/explained.ts';
import { foldByCall } from '../../../../../src/leaks/explain/foldByCall.ts';
import { fingerprintOf } from '../../../../../src/leaks/explain/fingerprint.ts';
import { toFinding } from '../../../../../src/leaks/explain/finding.ts';
import { foldHeld } from '../../../../../src/leaks/explain/foldHeld.ts';
import { foldLeftNodes } from '../../../../../src/leaks/explain/foldLeftNodes.ts';
import { foldTimeouts } from '../../../../../src/leaks/explain/foldTimeouts.ts';
import { foldParts } from '../../../../../src/leaks/judge/fold/foldParts.ts';
import { foldOwners } from '../../../../../src/leaks/judge/fold/foldOwners.ts';
import { joinResources } from '../../../../../src/leaks/judge/fold/joinResources.ts';
import { foldTargets } from '../../../../../src/leaks/judge/fold/foldTargets.ts';
import { foldFrames } from '../../../../../src/leaks/judge/fold/foldFrames.ts';
import { foldThreads } from '../../../../../src/leaks/judge/fold/foldThreads.ts';
import type { LeakCandidate } from '../../../../../src/leaks/judge/leakCandidate.ts';
import { defaultThresholds } from '../../../../../src/scenarios/index.ts';
import type { SourceSite } from '../../../../../src/leaks/model.ts';
import type { GroupReport } from '../../../../../src/leaks/snapshot/messages.ts';

const because = { rule: 'every iteration', reason: 'it survives', numbers: {} };

function group(className: string, parts: Partial<GroupReport> = {}): GroupReport {
  const holder = {
    name: 'charts',
    heapObjectId: 1,
    className: 'Array',
    nodeType: 'object',
    isSlot: false,
    retainedBy: [],
  };
  return {
    key: className,
    className,
    nodeType: 'object',
    survivors: [1],
    ageless: 0,
    bytes: [100],
    holder,
    stack: [],
    ...parts,
  };
}

function leak(name: string, parts: Partial<LeakCandidate> = {}): LeakCandidate {
  const { kind = 'object', bytesPerIteration = 100, ...rest } = parts;
  return { kind, name, perIteration: 1, bytesPerIteration, retainedBytes: 1000, survivors: [1, 1], because, ...rest };
}

function listener(type: string, target: string): LeakCandidate {
  const name = `${type} listener on ${target}`;
  const resource = { id: 1, kind: 'event-listener', name, iteration: 1, stack: '' } as const;
  return leak(name, { kind: 'event-listener', bytesPerIteration: 0, resource });
}

/** A call of the user's into a library, at a line of his own. */
function called(line: number, precision: SourceSite['precision'] = 'line'): SourceSite {
  const own = { file: 'src/view.ts', line, column: 3, function: 'open' };
  const inside = { file: 'node_modules/charts/index.js', line: 900, column: 1, function: 'Chart' };
  return { ...own, precision, stack: [inside, own] };
}

const explained = (candidate: LeakCandidate, allocatedAt?: SourceSite): Explained => ({
  leak: candidate,
  allocatedAt,
  keptAt: undefined,
  holder: candidate.group?.holder.name,
});
const names = (all: readonly Explained[]): string[] => all.map(({ leak: { name } }) => name);

// A developer who reads fourteen findings for one forgotten call looks for fourteen causes.
describe('one cause, one finding', () => {
  it('what an owner holds goes with the owner, whatever else holds it, and bytes are summed once', () => {
    const [tween, ...others] = foldOwners([
      leak('<i> (detached)', { kind: 'dom-node', group: group('<i> (detached)', { partOf: 'Scope' }) }),
      leak('Scope', { group: group('Scope', { partOf: 'Tween' }) }),
      leak('Tween', { group: group('Tween') }),
    ]);
    assert.deepEqual(others, []);
    assert.equal(tween?.name, 'Tween');
    assert.equal(tween.bytesPerIteration, 300);
    assert.deepEqual(tween.parts?.map(({ name }) => name).sort(), ['<i> (detached)', 'Scope']);
  });

  // A response that is not read had five findings: its client, socket, parser, timer and queue.
  it('what one line of the user has Node make is one leak, with what Node makes for it later', () => {
    const own = (line: number): SourceSite => {
      const frame = { file: 'server.mjs', line, column: 27, function: 'handler' };
      return { ...frame, precision: 'line', stack: [frame] };
    };
    const byNode = (className: string, line: number | undefined, parts: Partial<GroupReport>): Explained => {
      const url = className === 'Row' ? 'file:///server.mjs' : 'node:internal/deps/undici/undici';
      const stack = [{ scriptId: 7, url, line: 1, column: 1, functionName: 'make' }];
      const kept = { file: 'node:internal/deps/undici/undici', line: 828, column: 3, function: 'refresh' };
      return {
        ...explained(
          leak(className, { group: group(className, { stack, ...parts }) }),
          line === undefined ? undefined : own(line),
        ),
        ...(line === undefined ? { keptAt: { ...kept, precision: 'line', stack: [kept] } } : {}),
      };
    };
    const [client, ...others] = foldByCall([
      byNode('FastTimer', undefined, { cluster: 5 }),
      byNode('Client', 29, { cluster: 1 }),
      byNode('Socket', 29, { cluster: 2 }),
      byNode('Client', 31, { cluster: 3 }),
      byNode('Row', 29, { cluster: 4 }),
    ]);
    assert.equal(client?.leak.name, 'Client');
    assert.deepEqual(names(client.parts ?? []).toSorted(), ['FastTimer', 'Socket']);
    assert.deepEqual(names(others), ['Client', 'Row']);
  });

  it('an entry of a collection that waits in a timeout too is one leak, but not one that an interval holds', () => {
    const madeAt = { scriptId: 7, url: 'http://a/retry.js', line: 9, column: 4, functionName: 'add' };
    const job = (holder: string): GroupReport => {
      const of = group('{request, resolve}', { stack: [madeAt] });
      return { ...of, key: `job in ${holder}`, holder: { ...of.holder, name: holder } };
    };
    const timer = (name: string): Explained =>
      explained(leak(name, { kind: 'timer', parts: [leak('{request, resolve}', { group: job('') })] }));
    const entry = explained(leak('{request, resolve}', { group: job('this.jobs') }));
    const [found, ...others] = foldTimeouts([timer('timeout'), entry]);
    assert.deepEqual(others, []);
    assert.equal(found?.leak.name, '{request, resolve}');
    assert.deepEqual(names(found.parts ?? []), ['timeout']);
    assert.equal(foldTimeouts([timer('interval'), entry]).length, 2);
    const elsewhere = explained(
      leak('{request, resolve}', { group: { ...job('log'), stack: [{ ...madeAt, line: 30 }] } }),
    );
    assert.equal(foldTimeouts([timer('timeout'), elsewhere]).length, 2);
    // Each path to an entry leads by its timeout, and only the table of the collection shows that it grows.
    const holder = group('Array').holder;
    const table: LeakCandidate['growth'] = {
      type: 'table',
      holder,
      className: 'Array',
      bytesBefore: 0,
      bytesAfter: 400,
      stack: [],
    };
    const grown = explained(leak('{request, resolve}', { growth: table }), called(10));
    assert.equal(foldTimeouts([{ ...timer('timeout'), allocatedAt: called(9) }, grown]).length, 1);
    const other = { ...called(9), function: 'close' };
    assert.equal(foldTimeouts([{ ...timer('timeout'), allocatedAt: other }, grown]).length, 2);
  });

  it('what a leaked callback adds to its own collection, since it still runs, goes with the callback', () => {
    const under = ['Window', '<div>', 'EventListener', 'V8EventListener'];
    const holder = (...path: string[]) => ({ ...group('').holder, name: 'session.trace', retainedBy: path });
    const callback = (className: string): Explained =>
      explained({
        ...listener('pointermove', 'HTMLDivElement'),
        group: group(className, { nodeType: 'closure', holder: holder(...under, className) }),
      });
    const trace = (...path: string[]): Explained =>
      explained(
        leak('entries of Array', {
          growth: {
            type: 'table',
            holder: holder(...path),
            className: 'Array',
            bytesBefore: 0,
            bytesAfter: 400,
            stack: [],
          },
        }),
      );
    const onMove = callback('function onMove');
    const inside = trace(...under, 'function onMove', 'session: DragSession', 'trace: Array');
    const [cause, ...others] = foldByCall([onMove, inside]);
    assert.deepEqual(others, []);
    assert.equal(cause?.leak.kind, 'event-listener');
    assert.equal(foldByCall([onMove, trace(...under, 'function onUp', 'log: Array')]).length, 2);
    assert.equal(foldByCall([callback('anonymous function'), trace(...under, 'anonymous function')]).length, 2);
  });

  it('objects of frameworks have their names, and the fingerprints of their shapes', () => {
    const options = { thresholds: defaultThresholds, ignore: [] };
    const shape = '{__v_isVNode, __v_skip, type, props, …}';
    const lead = { ...explained(leak(shape)), parts: [explained(leak('{fn, state, updatedAt, owned, …}'))] };
    const { name, parts, fingerprint } = toFinding(lead, options);
    assert.equal(name, 'VNode');
    assert.deepEqual(
      parts?.map((part) => part.name),
      ['Computation'],
    );
    assert.equal(fingerprint, fingerprintOf({ kind: 'object', name: shape, site: undefined, holder: undefined }));
    const known = {
      ...explained(leak('function onKey')),
      knownAs: { kind: 'object', name: 'anonymous function' } as const,
    };
    const former = toFinding(explained(leak('anonymous function')), options);
    assert.deepEqual(
      [toFinding(known, options).name, toFinding(known, options).fingerprint],
      ['function onKey', former.fingerprint],
    );
  });

  it('an object whose class has no name of its own is told by the call that made it, else by its package', () => {
    const told = (name: string, site: SourceSite): string =>
      toFinding(explained(leak(name, { group: group(name) }), site), { thresholds: defaultThresholds, ignore: [] })
        .name;
    assert.equal(told('e.ic', called(9)), 'object of charts');
    assert.equal(told('{i, S, p, n, …}', called(9)), 'object of charts');
    assert.equal(told('{x, y}', called(9)), '{x, y}');
    assert.equal(told('Map', called(9)), 'Map');
    assert.equal(told('_class2', { ...called(9), calls: 'new Chart' }), 'Chart');
    assert.equal(told('t', { ...called(9), calls: 'charts.create' }), 'object of charts.create()');
    assert.equal(told('t', { ...called(9), calls: 'new ie' }), 'object of charts', 'in a bundle without a map');
    const [inside, own] = called(9).stack;
    const further = { ...called(9), calls: 'new Chart', stack: [{ ...inside!, function: 'init' }, inside!, own!] };
    assert.equal(told('t', further), 'object of Chart', 'something that the chart made for itself');
    const subscribed = { ...called(9), calls: 'bus.on', stack: [{ ...inside!, function: 'on' }, own!] };
    assert.equal(told('t', subscribed), 'object of charts', 'a record of a subscription');
    const users = { file: 'src/view.ts', line: 3, column: 1, function: 'open' };
    assert.equal(told('ic', { ...users, precision: 'line', stack: [users] }), 'ic', 'a class of the user’s');
  });

  it('a plain object that is to be ended is told by the call that made it', () => {
    const made = explained(leak('{active, activate, …}', { group: group('{active, activate, …}') }), {
      ...called(9),
      calls: 'createFocusTrap',
    });
    const options = { thresholds: defaultThresholds, ignore: [] };
    assert.equal(toFinding(made, options).name, '{active, activate, …}', 'data that a package parsed');
    const ending = { method: 'deactivate', ran: false, on: 'what src/view.ts:9 made' };
    assert.equal(toFinding({ ...made, ending }, options).name, 'object of createFocusTrap()');
  });

  // Who reads `resize listener on window` looks for addEventListener, and has none.
  it('what a call into a library registered is told with that call, and keeps its fingerprint', () => {
    const told = (site: SourceSite) =>
      toFinding(explained(listener('resize', 'window'), site), { thresholds: defaultThresholds, ignore: [] });
    const updated = told({ ...called(9), calls: 'autoUpdate' });
    assert.equal(updated.name, 'resize listener on window of autoUpdate()');
    assert.equal(told({ ...called(9), calls: 'new Lenis' }).name, 'resize listener on window of Lenis');
    assert.equal(updated.fingerprint, told(called(9)).fingerprint);
    const [inside, own] = called(9).stack;
    const named = (calls: string, file = inside!.file): SourceSite => ({
      ...called(9),
      calls,
      stack: [{ ...inside!, file, function: 'on' }, own!],
    });
    assert.equal(told(named('bus.on')).name, 'resize listener on window', 'a subscription of the user’s own');
    const wrapped = named('window.addEventListener', 'node_modules/zone.js/zone.js');
    assert.equal(told(wrapped).name, 'resize listener on window', 'the platform’s own, wrapped');
  });

  it('a frame that the page keeps has its window with it, which only the browser holds', () => {
    const held = (className: string, nodeType: string, heapObjectId: number): LeakCandidate => {
      const base = group(className);
      return leak(className, { kind: 'frame', group: { ...base, holder: { ...base.holder, nodeType, heapObjectId } } });
    };
    const window = held('Window', 'synthetic', 1);
    const [frame, ...others] = foldFrames([window, held('<iframe>', 'native', 118)]);
    assert.deepEqual(others, []);
    assert.deepEqual([frame?.name, frame?.parts?.map(({ name }) => name)], ['<iframe>', ['Window']]);
    assert.deepEqual(
      foldFrames([window]).map(({ name }) => name),
      ['Window'],
      'alone it is the finding',
    );
    const body = held('HTMLDocument (detached)', 'object', 7);
    const behind = held('Window (detached)', 'object', 7);
    const led = { ...behind, group: { ...behind.group!, via: 'Detached blink::ResourceFetcher' } };
    assert.equal(
      foldFrames([led, body])[0]?.name,
      body.name,
      'what the page itself keeps, of which the put can be seen',
    );
    assert.equal(foldFrames([behind, body])[0]?.name, behind.name);
  });

  it('a worker thread that stays has its port and its listeners on the standard streams with it, and no others', () => {
    const held = (className: string, holder: string, more: Partial<LeakCandidate> = {}): LeakCandidate => {
      const base = group(className);
      return leak(className, { group: { ...base, holder: { ...base.holder, name: holder } }, ...more });
    };
    const folded = foldThreads([
      held('function onerror', 'stdout._events.error'),
      held('MessagePort', 'threadsPorts'),
      held('function wrapper', 'stderr._events.close'),
      held('function report', 'stdout._events.drain', { perIteration: 3 }),
      held('MessagePort', 'channels'),
    ]);
    assert.deepEqual(
      folded.map(({ name, kind, parts }) => [name, kind, parts?.map((part) => part.name) ?? []]),
      [
        ['Worker', 'worker', ['function onerror', 'function wrapper']],
        ['function report', 'object', []],
        ['MessagePort', 'object', []],
      ],
    );
    const without = [held('function onerror', 'stdout._events.error')];
    assert.deepEqual(foldThreads(without), without);
  });

  it('two that hold each other do not vanish', () => {
    const folded = foldOwners([
      leak('A', { group: group('A', { partOf: 'B' }) }),
      leak('B', { group: group('B', { partOf: 'A' }) }),
    ]);
    assert.equal(folded.length, 1);
    const native = (name: string, partOf: string): Explained =>
      explained(leak(name, { group: group(name, { partOf, nodeType: 'native' }) }));
    assert.equal(foldHeld([native('<i>', '<b>'), native('<b>', '<i>')]).length, 1);
  });

  it('listeners on targets that each iteration makes are one, those on the window each their own', () => {
    const folded = foldTargets([
      listener('click', 'HTMLDivElement'),
      listener('keyup', 'HTMLDivElement'),
      listener('resize', 'window'),
      listener('scroll', 'window'),
    ]);
    assert.equal(folded.length, 3);
    assert.equal(folded.find(({ name }) => name.endsWith('HTMLDivElement'))?.parts?.length, 1);
  });

  it('functions on one target that share nothing are causes of their own, each with the line that registered it', () => {
    const closure = (line: number, parts: Partial<GroupReport>): LeakCandidate =>
      leak('anonymous function', {
        kind: 'event-listener',
        bytesPerIteration: line,
        group: group('anonymous function', {
          nodeType: 'closure',
          via: 'V8EventListener',
          location: { scriptId: 7, line, column: 37 },
          ...parts,
        }),
      });
    const apart = foldParts([closure(3, { cluster: 1 }), closure(6, { cluster: 2 })]);
    assert.equal(apart.length, 2);
    assert.equal(foldParts([closure(3, { cluster: 1 }), closure(6, { cluster: 1 })]).length, 1);
    assert.equal(foldParts([closure(3, { cluster: 1 }), closure(6, {})]).length, 1, 'of no known iteration');
    const added = (line: number): LeakCandidate => ({
      ...listener('resize', 'window'),
      creation: [{ url: 'http://a/app.js', line, column: 10, function: 'open' }],
    });
    const joined = joinResources([added(6), added(3)], apart);
    assert.deepEqual(
      joined.map(({ creation, bytesPerIteration }) => [creation?.[0]?.line, bytesPerIteration]),
      [
        [6, 6],
        [3, 3],
      ],
    );
  });

  it('a subtree left in the document is its root, with the listeners on it', async () => {
    const subtree = {
      root: '<div>',
      described: 'div.modal-host',
      parent: 'body',
      count: 2,
      nodes: { '<div>': 1, '<span>': 4 },
    };
    const folded = await foldLeftNodes(
      [
        explained(listener('click', 'HTMLDivElement')),
        explained(leak('<span>', { kind: 'dom-node', group: group('<span>', { nodeType: 'native' }) })),
        explained(listener('resize', 'window')),
      ],
      [subtree],
      async ({ root, parent }) => ({ ...explained(leak(root, { kind: 'dom-node' })), holder: parent }),
    );
    // The <span> is held by an array of the page: that it is in the document as well is not why it stays.
    assert.deepEqual(names(folded), ['<div>', '<span>', 'resize listener on window']);
    assert.equal(folded[0]!.holder, 'body');
    assert.deepEqual(names(folded[0]!.parts!), ['click listener on HTMLDivElement']);
  });

  it('what one call into a library left is the object that it made, with its listeners', () => {
    const chart = explained(leak('Chart', { group: group('Chart', { cluster: 1 }) }), called(7, 'function'));
    const resize = explained(listener('resize', 'window'), called(7));
    const [cause, ...others] = foldByCall([resize, chart]);
    assert.deepEqual(others, []);
    assert.equal(cause?.leak.name, 'Chart');
    assert.deepEqual(names(cause.parts!), ['resize listener on window']);
  });

  it('of several objects, the one that the call itself made stands for all, not the largest', () => {
    const deeper = called(7);
    const model = { ...deeper, stack: [{ ...deeper.stack[0]!, line: 5 }, ...deeper.stack] };
    const [cause, ...others] = foldByCall([
      explained(leak('SeriesModel', { bytesPerIteration: 9000 }), model),
      explained(leak('Chart'), called(7)),
    ]);
    assert.deepEqual(others, []);
    assert.equal(cause?.leak.name, 'Chart');
  });

  it('a method is one function in stacks of errors and of allocations: its call of a library is one cause', () => {
    const byError = explained(listener('mousedown', 'document'), { ...called(9), function: 'BookingDialog.open' });
    const node = leak('<div>', { kind: 'dom-node', group: group('<div>', { nodeType: 'native' }) });
    assert.equal(foldByCall([byError, explained(node, called(5, 'function'))]).length, 1);
    const other = { ...called(5, 'function'), function: 'close' };
    assert.equal(foldByCall([byError, explained(node, other)]).length, 2);
  });

  it('two calls on two lines are two causes, and so are two things that the user makes on lines of his own', () => {
    assert.equal(foldByCall([explained(leak('A'), called(7)), explained(leak('B'), called(8))]).length, 2);
    const own = (line: number): SourceSite => ({ ...called(line), stack: called(line).stack.slice(1) });
    assert.equal(foldByCall([explained(leak('A'), own(7)), explained(listener('resize', 'window'), own(8))]).length, 2);
  });

  it('a framework’s own nodes go with the callback of the user’s that refers to them', () => {
    const inReact = { ...called(1), file: 'node_modules/react-dom/client.js', stack: [] };
    const own: SourceSite = { ...called(10), stack: called(10).stack.slice(1) };
    const at = (name: string, holder: string, cluster: number, site: SourceSite) => ({
      ...explained(leak(name, { group: group(name, { cluster, key: `${name} ${cluster}` }) }), site),
      holder,
    });
    const update = (cluster: number) => at('{lane, action}', 'queues.pending', cluster, inReact);
    const callback = at('anonymous function', 'cache.listeners', 1, own);
    const [cause, ...others] = foldByCall([at('FiberNode', 'queues', 1, inReact), update(2), update(3), callback]);
    assert.deepEqual(others, []);
    assert.equal(cause?.leak.name, 'anonymous function');
    const state = at('{pending, lanes}', 'queues', 1, called(8));
    assert.deepEqual(names(foldByCall([state, callback])), ['anonymous function']);
    const chart = {
      ...at('Chart', 'charts', 1, called(8)),
      ending: { method: 'destroy', ran: false, on: 'the Chart' },
    };
    assert.equal(foldByCall([chart, callback]).length, 2, 'what can be ended was forgotten for itself');
    const apart = foldByCall([at('FiberNode', 'queues', 2, inReact), callback]);
    assert.equal(apart.length, 2, 'what does not hang together is another cause');
  });

  it('a listener of a library is ended as what the same call gave back', () => {
    const ending = { method: 'destroy', ran: false, on: 'what src/view.ts:9 made' };
    const node = leak('<div>', { kind: 'dom-node', group: group('<div>', { nodeType: 'native' }) });
    const [one] = foldByCall([
      { ...explained(node, called(9)), ending },
      explained(listener('scroll', 'window'), called(9)),
    ]);
    assert.equal(one?.leak.name, 'scroll listener on window');
    assert.deepEqual(one.ending, ending);
  });

  it('of two that one function had a library make, the one that its list has stands for both', () => {
    const stage = explained(leak('Stage', { group: group('Stage') }), called(6, 'function'));
    const layer: Explained = {
      ...explained(leak('Layer', { group: group('Circle'), bytesPerIteration: 900 }), called(6, 'function')),
      isWhole: true,
    };
    assert.deepEqual(names(foldByCall([layer, stage])), ['Stage']);
    // The call's own object is made in the constructor of its base class.
    const site = called(6, 'function');
    const base = { ...site.stack[0]!, function: 'Node' };
    const based = explained(leak('Stage', { group: group('Stage', { bases: 1 }) }), {
      ...site,
      stack: [base, ...site.stack],
    });
    assert.deepEqual(names(foldByCall([layer, based])), ['Stage']);
  });

  it('an entry in a registry goes with the object that a listener keeps', () => {
    const { holder } = group('Object');
    const growth = {
      type: 'table',
      holder,
      className: 'Object',
      entries: 'Masonry',
      bytesBefore: 1,
      bytesAfter: 2,
      stack: [],
    } as const;
    const entry = (name: string): Explained =>
      explained(leak(name, { growth }), { ...called(4), file: 'src/other.ts' });
    const kept = explained({ ...listener('resize', 'window'), group: group('Masonry') }, called(9));
    assert.deepEqual(names(foldByCall([entry('Masonry'), kept])), ['resize listener on window']);
    assert.deepEqual(names(foldByCall([entry('Panel'), kept])), ['resize listener on window', 'Panel']);
  });

  it('what a package made later goes with the call of the user’s that it made as many of', () => {
    const later: SourceSite = {
      file: 'node_modules/charts/list.js',
      line: 70,
      column: 1,
      function: 'push',
      precision: 'line',
      stack: [{ file: 'node_modules/charts/list.js', line: 70, column: 1, function: 'push' }],
    };
    const timer = { id: 1, kind: 'timer', name: 'timeout', iteration: 1, stack: '' } as const;
    const chart = explained(leak('Chart', { group: group('Chart', { cluster: 1 }) }), called(9));
    const loop = (rate: number): Explained =>
      explained(leak('timeout', { kind: 'timer', resource: timer, perIteration: rate }), later);
    const apart = explained(leak('Registry', { group: group('Registry', { cluster: 2 }) }), later);
    assert.deepEqual(names(foldByCall([loop(1), chart])), ['Chart']);
    assert.deepEqual(names(foldByCall([loop(3), chart])), ['Chart', 'timeout']);
    assert.deepEqual(names(foldByCall([apart, chart])), ['Chart', 'Registry']);
    const ofOther = {
      ...later,
      file: 'node_modules/maps/index.js',
      stack: [{ ...later.stack[0]!, file: 'node_modules/maps/index.js' }],
    };
    assert.deepEqual(names(foldByCall([{ ...loop(1), allocatedAt: ofOther }, chart])), ['Chart', 'timeout']);
  });

  it('what a timer’s callback makes each time it runs goes with the timer', () => {
    const own = (line: number): SourceSite => ({ ...called(line), stack: called(line).stack.slice(1) });
    const interval = (line: number) =>
      explained(
        leak('interval', {
          kind: 'timer',
          resource: { id: 1, kind: 'timer', name: 'interval', iteration: 1, stack: '' },
        }),
        own(line),
      );
    const update = explained(leak('{lane, action}'), called(7));
    assert.deepEqual(names(foldByCall([update, interval(7)])), ['interval']);
    assert.equal(foldByCall([update, interval(8)]).length, 2);
  });

  it('keys and tables that one line fills beside the values go with them, whatever the collections are', () => {
    const own = (line: number): SourceSite => ({ ...called(line), stack: called(line).stack.slice(1) });
    const held = (name: string, holder: string, at: SourceSite) => ({ ...explained(leak(name), at), holder });
    const cache = [
      held('{id, rows}', 'cache.#valList', own(5)),
      held('string', 'cache.#keyList', called(5)),
      held('entries of Map', 'cache.#keyMap', called(5)),
    ];
    assert.deepEqual(names(foldByCall(cache)), ['{id, rows}']);
    const apart = [
      held('User', 'cache.values', own(5)),
      held('string', 'other.keys', own(5)),
      held('string', 'cache.names', own(9)),
    ];
    assert.equal(foldByCall(apart).length, 3, 'another object, and another line');
  });

  it('what an anonymous callback has a library make twice is one cause, and its place is the callback’s', () => {
    const at = (line: number): SourceSite => {
      const site = called(line, 'function');
      const nameless = { ...site.stack[1]!, function: '' };
      return { ...site, function: '', stack: [site.stack[0]!, nameless] };
    };
    const node = (holder: string, line: number): Explained => ({ ...explained(leak('Node'), at(line)), holder });
    assert.equal(foldByCall([node('items.t', 9), node('discount.t', 9)]).length, 1);
    assert.equal(foldByCall([node('items.t', 9), node('discount.t', 10)]).length, 2);
  });

  it('of a library’s function that has no name, the call is where it keeps what it made, in the same function of the user’s', () => {
    const made = called(17, 'function');
    const lineIn = (keptAt: SourceSite) =>
      foldByCall([{ ...explained(leak('Listener'), made), keptAt }])[0]?.allocatedAt;
    assert.deepEqual([lineIn(called(19))?.line, lineIn(called(19))?.precision], [19, 'line']);
    assert.equal(lineIn({ ...called(19), function: 'close' })?.line, 17);
    const elsewhere = { ...called(19).stack[0]!, file: 'node_modules/other/index.js' };
    assert.equal(lineIn({ ...called(19), stack: [elsewhere, called(19).stack[1]!] })?.line, 17);
    const ending = { method: 'unset', ran: false, on: 'what src/view.ts:17 made' };
    const keptAt = { ...called(19), calls: 'interact' };
    const [told] = foldByCall([{ ...explained(leak('i'), made), keptAt, ending }]);
    assert.deepEqual(
      [told?.allocatedAt?.calls, told?.ending?.on],
      ['interact', 'what interact() in src/view.ts:19 made'],
    );
  });

  it('of things in different structures, one function that calls a library twice is not one cause', () => {
    const a = explained(leak('A', { group: group('A', { cluster: 1 }) }), called(3, 'function'));
    const b = explained(leak('B', { group: group('B', { cluster: 2 }) }), called(3, 'function'));
    assert.equal(foldByCall([a, b]).length, 2);
  });
});

describe('what the page hooks and the heap both see', () => {
  const channel = leak('MessageChannel', { kind: 'socket' });
  const port = leak('MessagePort', { kind: 'socket', bytesPerIteration: 300, group: group('MessagePort') });

  it('is one leak, with the holder and the bytes of the heap', () => {
    const [joined, ...more] = joinResources([channel], [port]);
    assert.deepEqual(more, []);
    assert.equal(joined?.name, 'MessageChannel');
    assert.equal(joined?.group?.holder.name, 'charts');
    assert.equal(joined?.bytesPerIteration, 300);
  });

  it('stays two where their classes differ', () => {
    const socket = leak('WebSocket', { kind: 'socket' });
    assert.equal(joinResources([socket], [port]).length, 2);
  });
});
