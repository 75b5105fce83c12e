import type { Content } from './content.ts';
import type { Chains, Named } from './hookTypes.ts';
import type { Listeners } from './listeners.ts';
import type { Natives } from './natives.ts';
import type { Objects } from './objects.ts';
import type { Records } from './records.ts';
import type { Timers } from './timers.ts';
import type { Timings } from './timings.ts';
import type { Work } from './work.ts';
import type { Wasm } from './wasm.ts';
import type { Wrapping } from './wrapping.ts';

/** What the inspector may ask (readPageHooks.ts does). */
export function answerInspector(
  natives: Natives,
  records: Records,
  wrapping: Wrapping,
  listeners: Listeners,
  timers: Timers,
  objects: Objects,
  { marks, measures }: Timings,
  work: Work,
  content: Content,
  wasm: Wasm,
) {
  const { NativeMap, mapForEach, mapGet, mapSet, mapDelete, mapClear, mapSize, push, getterOf } = natives;
  const { state, intervals, objectUrls, geolocationWatches, foreignRevoked } = records;

  function assign(iteration: number, onlyUnmarked: boolean): void {
    const assignTo = (record: { iteration: number }): void => {
      if (!onlyUnmarked || record.iteration < 0) record.iteration = iteration;
    };
    objects.eachLiveObject(assignTo);
    listeners.eachLiveListener(assignTo);
    mapForEach(intervals, assignTo);
    mapForEach(objectUrls, assignTo);
    mapForEach(geolocationWatches, assignTo);
    marks.each(assignTo);
    measures.each(assignTo);
  }

  /** Ends what was the iteration so far: what is made from now on belongs to `next`. */
  function mark(current: number, next: number): void {
    if (state.iteration < 0) {
      state.iteration = current;
      assign(current, true);
    }
    if (content.isGrowing()) content.read();
    timers.settle();
    work.forgetOwed();
    state.iteration = next;
  }

  /** Whatever there is was made before the first iteration. */
  function startOver(): void {
    timers.settle();
    content.startOver();
    assign(0, false);
    const forgetLabels = ({ labels }: Chains): void => {
      for (let index = 0; index < labels.length; index += 1) labels[index]!.iteration = 0;
    };
    mapForEach(timers.timeoutChains, forgetLabels);
    mapForEach(timers.frameChains, forgetLabels);
    state.iteration = 0;
  }

  /** Live resources by counter name. Once-listeners are left to the browser's own count: nothing says that one has fired. */
  function counters(current: number): Record<string, number> {
    mark(current, current);
    content.read();
    const { textGrowths, fieldGrowths, attributeGrowths, cssRules, storageGrowths, storedRecords } = content.counts();
    const counts = {
      __proto__: null,
      windowListeners: 0,
      documentListeners: 0,
      abortSignalListeners: 0,
      otherListeners: 0,
      intervals: mapSize(intervals),
      timeouts: timers.chainCount(timers.timeoutChains),
      animationLoops: timers.chainCount(timers.frameChains),
      objectUrls: mapSize(objectUrls),
      geolocationWatches: mapSize(geolocationWatches),
      performanceMarks: marks.count(),
      performanceMeasures: measures.count(),
      textGrowths,
      fieldGrowths,
      attributeGrowths,
      cssRules,
      storageGrowths,
      storedRecords,
      wasmMemoryBytes: wasm.bytes(),
      untracked: state.dropped,
    } as unknown as Record<string, number>;
    for (let type = objects.lastType(); type; type = type.after) counts[type.counter] = 0;
    objects.eachLiveObject(({ type }) => {
      counts[type.counter]! += 1;
    });
    listeners.eachLiveListener(({ once }, target) => {
      if (once) return;
      const owner = listeners.whose(target);
      if (owner === 'window') counts['windowListeners']! += 1;
      else if (owner === 'document') counts['documentListeners']! += 1;
      else if (owner === 'AbortSignal') counts['abortSignalListeners']! += 1;
      else counts['otherListeners']! += 1;
    });
    return counts;
  }

  const isConnected = getterOf('Node', 'isConnected');
  function targetName(target: object): string {
    const name = listeners.whose(target);
    let connected: unknown = true;
    try {
      connected = isConnected?.(target);
    } catch {
      // Not a node.
    }
    return connected === false ? `detached ${name}` : name;
  }

  function resources(current: number): object {
    mark(current, current);
    const list: object[] = [];
    const stacks: string[] = [];
    const numbers = new NativeMap<string, number>();
    function numberOf(stack: string): number {
      let number = mapGet(numbers, stack);
      if (number === undefined) {
        number = stacks.length;
        push(stacks, stack);
        mapSet(numbers, stack, number);
      }
      return number;
    }
    const add = (kind: string, name: string, record: Named): void => {
      push(list, {
        __proto__: null,
        id: record.id,
        kind,
        name,
        iteration: record.iteration,
        stack: numberOf(record.site.stack),
      });
    };
    const addChains = (name: string, chains: Map<string, Chains>): void =>
      mapForEach(chains, ({ site, count, labels }) => {
        for (let index = 0; index < count; index += 1) add('timer', name, { ...labels[index]!, site });
      });
    mapForEach(intervals, (record) => add('timer', 'interval', record));
    addChains('timeout', timers.timeoutChains);
    addChains('requestAnimationFrame loop', timers.frameChains);
    mapForEach(geolocationWatches, (record) => add('observer', 'geolocation watch', record));
    mapForEach(objectUrls, (record) => add('object-url', 'object URL', record));
    marks.each((record) => add('object', marks.kind, record));
    measures.each((record) => add('object', measures.kind, record));
    content.each(add);
    objects.eachLiveObject((record) => add(record.type.kind, record.type.name, record));
    listeners.eachLiveListener((record, target) => {
      add('event-listener', `${record.type} listener on ${targetName(target)}`, record);
    });
    return { __proto__: null, stacks, list };
  }

  /** URLs revoked here that another realm made; cleared by each read. */
  function takeForeignRevoked(): string[] {
    const urls: string[] = [];
    mapForEach(foreignRevoked, (_true, url) => push(urls, url));
    mapClear(foreignRevoked);
    return urls;
  }
  function revoke(urls: string[]): void {
    for (let index = 0; index < urls.length; index += 1) mapDelete(objectUrls, urls[index]!);
  }

  const { access } = wrapping;
  access['mark'] = mark;
  access['startOver'] = startOver;
  access['counters'] = counters;
  access['resources'] = resources;
  access['takeForeignRevoked'] = takeForeignRevoked;
  access['revoke'] = revoke;
  access['doubtfulTargets'] = listeners.doubtfulTargets;
  access['keepNewest'] = listeners.keepNewest;
  access['pendingWork'] = work.pendingWork;
}
