import type { Named } from './hookTypes.ts';
import type { Natives } from './natives.ts';
import type { Records } from './records.ts';
import type { Wrapping } from './wrapping.ts';

/** Follows `performance.mark` and `performance.measure`: the browser keeps each entry until it is cleared by its name. */
export function hookTimings(natives: Natives, records: Records, wrapping: Wrapping) {
  const { mapDelete, mapClear, mapForEach, mapGet, mapSet, push, prototypeOf, NativeMap, NativeString } = natives;
  const { isFull, named, state } = records;

  function follow(kind: string, make: string, clear: string) {
    const byName = new NativeMap<string, Named[]>();
    let count = 0;
    wrapping.wrapMethod(prototypeOf('Performance'), make, (entry, args, _self, hide) => {
      if (isFull()) return entry;
      const name = NativeString(args[0]);
      const known = mapGet(byName, name);
      if (known) push(known, named(hide));
      else mapSet(byName, name, [named(hide)]);
      count += 1;
      state.timings += 1;
      return entry;
    });
    wrapping.wrapMethod(prototypeOf('Performance'), clear, (result, args) => {
      const cleared = args[0] === undefined ? undefined : NativeString(args[0]);
      const gone = cleared === undefined ? count : (mapGet(byName, cleared)?.length ?? 0);
      if (cleared === undefined) mapClear(byName);
      else mapDelete(byName, cleared);
      count -= gone;
      state.timings -= gone;
      return result;
    });
    const each = (visit: (record: Named) => void): void =>
      mapForEach(byName, (list) => {
        for (let index = 0; index < list.length; index += 1) visit(list[index]!);
      });
    return { kind, each, count: () => count };
  }

  const marks = follow('PerformanceMark', 'mark', 'clearMarks');
  const measures = follow('PerformanceMeasure', 'measure', 'clearMeasures');
  return { marks, measures };
}

export type Timings = ReturnType<typeof hookTimings>;
