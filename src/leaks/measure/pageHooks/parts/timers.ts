import type { Armed, Chains, Site } from './hookTypes.ts';
import type { Natives } from './natives.ts';
import type { Records } from './records.ts';
import type { Wrapping } from './wrapping.ts';

/**
 * Follows intervals, timeouts and animation frames. Their callbacks are not wrapped, so nothing says that one has fired: a
 * timeout counts until it is due, an animation frame until the next frame began. Chains that re-arm themselves have ever
 * new handles; see relabel().
 */
export function hookTimers(natives: Natives, records: Records, wrapping: Wrapping) {
  const {
    NativeMap,
    NativeNumber,
    mapGet,
    mapSet,
    mapDelete,
    mapClear,
    mapForEach,
    mapSize,
    push,
    indexOf,
    slice,
    now,
  } = natives;
  const { getterOf, holderOf } = natives;
  const {
    MAX_RECORDS,
    OVERDUE_MS,
    intervals,
    timeouts,
    state,
    isFull,
    hasRoomForTimeout,
    callerSite,
    named,
    forgetFiredTimeouts,
  } = records;
  const { wrapMethod } = wrapping;
  const frameRequests = new NativeMap<number, Armed>();

  /** Browsers fire no interval more often, in ms. */
  const SHORTEST_MS = 4;
  let armed = 0;
  function delayIn(args: unknown[]): number {
    const delay = args[1];
    return typeof delay === 'number' || typeof delay === 'string' ? NativeNumber(delay) | 0 : 0;
  }
  wrapMethod(holderOf('setInterval'), 'setInterval', (handle, args, _self, hide) => {
    const ms = delayIn(args);
    if (!isFull())
      mapSet(intervals, handle, { ...named(hide), madeAt: now(), period: ms > SHORTEST_MS ? ms : SHORTEST_MS });
    return handle;
  });
  wrapMethod(holderOf('setTimeout'), 'setTimeout', (handle, args, _self, hide) => {
    const ms = delayIn(args);
    if (hasRoomForTimeout(ms)) {
      const madeAt = now();
      const { iteration } = state;
      mapSet(timeouts, handle, { site: callerSite(hide), madeAt, due: madeAt + ms, iteration });
    }
    armed += 1;
    if (armed % 256 === 0) forgetFiredTimeouts();
    return handle;
  });
  function clearTimer(result: unknown, args: unknown[]): unknown {
    const handle = typeof args[0] === 'string' ? NativeNumber(args[0]) : (args[0] as number);
    mapDelete(intervals, handle);
    mapDelete(timeouts, handle);
    return result;
  }
  wrapMethod(holderOf('clearInterval'), 'clearInterval', clearTimer);
  wrapMethod(holderOf('clearTimeout'), 'clearTimeout', clearTimer);

  // Workers have animation frames too, but no timeline to tell one frame from the next; loops there are not counted.
  const timelineTime = getterOf('AnimationTimeline', 'currentTime');
  const documentTimeline = typeof document === 'undefined' ? undefined : getterOf('Document', 'timeline')?.(document);
  let requestedInFrame: unknown;
  let requestedAt = 0;
  if (timelineTime && documentTimeline) {
    wrapMethod(holderOf('requestAnimationFrame'), 'requestAnimationFrame', (handle, _args, _self, hide) => {
      const frame = timelineTime(documentTimeline);
      if (frame !== requestedInFrame) {
        requestedInFrame = frame;
        mapClear(frameRequests);
      }
      requestedAt = now();
      if (mapSize(frameRequests) < MAX_RECORDS)
        mapSet(frameRequests, handle, {
          site: callerSite(hide),
          madeAt: requestedAt,
          due: Infinity,
          iteration: state.iteration,
        });
      return handle;
    });
    wrapMethod(holderOf('cancelAnimationFrame'), 'cancelAnimationFrame', (result, args) => {
      mapDelete(frameRequests, args[0]);
      return result;
    });
  }
  /** Requests that have not fired: those of the newest frame, as long as frames are being made. */
  function forgetFiredFrameRequests(): void {
    if (now() - requestedAt > OVERDUE_MS) mapClear(frameRequests);
  }

  /** Calls back with each request that waits for the next frame. */
  function eachFrameRequest(each: (request: Armed) => void): void {
    if (timelineTime && documentTimeline && timelineTime(documentTimeline) === requestedInFrame)
      mapForEach(frameRequests, each);
  }

  const timeoutChains = new NativeMap<string, Chains>();
  const frameChains = new NativeMap<string, Chains>();

  /**
   * Gives timeouts and animation frames the iteration that they belong to. A chain that re-arms itself has a new
   * handle each time, so members of one site are taken as interchangeable: as many as lived before keep their oldest
   * iterations, and only a surplus belongs to the current one. A site whose count stands still thus never looks as if
   * something survived from every iteration. A chain may be between two timeouts while it is read, so an iteration is
   * given up only when it is missing twice.
   */
  function relabel(chains: Map<string, Chains>, records: Map<number, Armed>): void {
    const counts = countBySite(records);
    mapForEach(counts, ({ site }, key) => {
      if (!mapGet(chains, key)) mapSet(chains, key, { site, count: 0, labels: [] });
    });
    mapForEach(chains, (chain, key) => {
      const count = mapGet(counts, key)?.count ?? 0;
      const kept = count > chain.count ? count : chain.count;
      if (chain.labels.length > kept) chain.labels.length = kept;
      while (chain.labels.length < count) push(chain.labels, { id: state.nextId++, iteration: state.iteration });
      chain.count = count;
      if (chain.labels.length === 0) mapDelete(chains, key);
    });
  }

  /**
   * One that is overdue has either fired or waits for the thread. If its site has made another since, it has fired and
   * that one takes its place.
   */
  function countBySite(records: Map<number, Armed>): Map<string, { site: Site; count: number }> {
    interface Group {
      readonly site: Site;
      count: number;
      overdue: number;
      firstDue: number;
      rearmed: number;
    }
    const time = now();
    const groups = new NativeMap<string, Group>();
    mapForEach(records, ({ site, due }) => {
      const key = innermostFrame(site.stack);
      let group = mapGet(groups, key);
      if (!group) {
        group = { site, count: 0, overdue: 0, firstDue: Infinity, rearmed: 0 };
        mapSet(groups, key, group);
      }
      if (due >= time) group.count += 1;
      else {
        group.overdue += 1;
        if (due < group.firstDue) group.firstDue = due;
      }
    });
    mapForEach(records, ({ site, madeAt }) => {
      const group = mapGet(groups, innermostFrame(site.stack))!;
      if (madeAt >= group.firstDue) group.rearmed += 1;
    });
    mapForEach(groups, (group) => {
      if (group.overdue > group.rearmed) group.count += group.overdue - group.rearmed;
    });
    return groups;
  }
  function chainCount(chains: Map<string, Chains>): number {
    let total = 0;
    mapForEach(chains, ({ count }) => (total += count));
    return total;
  }
  function innermostFrame(stack: string): string {
    const start = indexOf(stack, '\n');
    const end = indexOf(stack, '\n', start + 1);
    return start < 0 ? stack : slice(stack, start + 1, end < 0 ? stack.length : end);
  }

  function settle(): void {
    forgetFiredTimeouts();
    forgetFiredFrameRequests();
    relabel(timeoutChains, timeouts);
    relabel(frameChains, frameRequests);
  }

  return { settle, eachFrameRequest, timeoutChains, frameChains, chainCount };
}

export type Timers = ReturnType<typeof hookTimers>;
