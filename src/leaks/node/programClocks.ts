/** These functions run in the program under check, as those of `readProgram.ts`. */

/**
 * Moves the time of the program on, once more where an earlier call did.
 *
 * All timers are as if they had been set `ms` earlier, so Node itself fires what is due. `Date` and `performance.now()` agree:
 * a sweep that compares times sees the later one. The time of the process itself (`process.hrtime`) is left alone.
 *
 * @param lists Node's own lists of timers, as `dueIn` gets them
 */
export function moveClocks(lists: Readonly<Record<string, object>>, ms: number): void {
  interface Link {
    readonly _idleNext: Link;
    _idleStart: number;
    expiry: number;
  }
  for (const list of Object.values(lists) as Link[]) {
    list.expiry -= ms;
    for (let timer = list._idleNext; timer !== list && timer; timer = timer._idleNext) timer._idleStart -= ms;
  }
  // Has Node look at its timers soon: it sleeps until the next was due before.
  setTimeout(() => {}, 1);

  const name = Symbol.for('leakwright.clock');
  const global = globalThis as unknown as { [name]?: { ms: number }; Date: DateConstructor };
  if (global[name]) {
    global[name].ms += ms;
    return;
  }
  const moved = { ms };
  Object.defineProperty(global, name, { value: moved });
  const clock = Date;
  const now = clock.now.bind(clock);
  const performanceNow = performance.now.bind(performance);
  clock.now = () => now() + moved.ms;
  Object.defineProperty(performance, 'now', { value: () => performanceNow() + moved.ms, configurable: true });
  const later: DateConstructor = new Proxy(clock, {
    apply: () => new clock(clock.now()).toString(),
    construct: (target, given: unknown[], newTarget) =>
      Reflect.construct(
        target,
        given.length === 0 ? [clock.now()] : given,
        newTarget === later ? target : newTarget,
      ) as Date,
  });
  Object.defineProperty(clock.prototype, 'constructor', { value: later, configurable: true, writable: true });
  global.Date = later;
}

/** A program that ends after 20 idle minutes is not to end because its time is moved on. @returns lets it end again */
export function keepRunning(): () => void {
  const program = process as unknown as { exit: () => unknown };
  const { exit } = program;
  program.exit = () => undefined;
  return () => void (program.exit = exit);
}
