import type { GuardedCdp } from './cdp.ts';

/** What ran in the page while an iteration did its steps. */
export interface CoveredIteration {
  /** Functions of the page that ran. */
  readonly functions: number;
  /** Those of them that were seen to return before their end, as by `if (busy) return`. */
  readonly leftEarly: number;
  /** Elements were pressed, and nothing that can be seen from outside came of it. */
  readonly silent: boolean;
}

/** A function that ran, by its place in its script's text. */
interface RanFunction {
  readonly script: Script;
  readonly startOffset: number;
  readonly endOffset: number;
}

interface Script {
  readonly scriptId: string;
  readonly url: string;
  readonly startLine: number;
  readonly startColumn: number;
  readonly executionContextAuxData?: { readonly isDefault?: boolean };
}

/** Guards stand in few functions; to step through what a framework runs for a click would take seconds. */
const MAX_STEPPED = 5;
/** Places of a function where the debugger can stop; of longer ones nothing is said. */
const MAX_PLACES = 40;
/** A guard is a condition and a return: more places are work. */
const GUARD_PLACES = 2;

/**
 * Says which functions of the page run in the steps of an iteration, and which of them return at once. Functions that a scenario
 * evaluates in the page count; what runs in isolated worlds, ours and Playwright's, does not. V8 compiles all functions anew for
 * it, so nothing is measured afterwards.
 */
export class FunctionsRun {
  readonly #cdp: GuardedCdp;
  readonly #scripts = new Map<string, Script>();
  readonly #onParsed = (script: Script): void => void this.#scripts.set(script.scriptId, script);

  constructor(cdp: GuardedCdp) {
    this.#cdp = cdp;
  }

  /**
   * @param iterate runs one iteration; says whether it was silent, and calm: nothing of the page runs by itself. The debugger
   *   stops only in calm pages, since Chromium drops the input that arrives while an animation loop is stopped in its frame
   */
  async watch(
    iterate: (
      around: (steps: () => Promise<void>) => Promise<void>,
    ) => Promise<{ readonly silent: boolean; readonly calm: boolean }>,
  ): Promise<CoveredIteration> {
    const { session } = this.#cdp;
    session.on('Debugger.scriptParsed', this.#onParsed);
    try {
      await this.#cdp.send('Debugger.enable');
      // A `debugger` statement of the page would stop it for good.
      await this.#cdp.send('Debugger.setSkipAllPauses', { skip: true });
      let ran: readonly RanFunction[] = [];
      const { silent, calm } = await iterate(async (steps) => {
        ran = await this.#functionsIn(steps);
      });
      if (!silent || !calm || ran.length === 0 || ran.length > MAX_STEPPED)
        return { functions: ran.length, leftEarly: 0, silent };
      await this.#cdp.send('Debugger.setSkipAllPauses', { skip: false });
      let leftEarly = 0;
      const again = await iterate(async (steps) => {
        leftEarly = await this.#leftEarly(ran, steps);
      });
      return { functions: ran.length, leftEarly, silent: again.silent };
    } finally {
      session.off('Debugger.scriptParsed', this.#onParsed);
      await this.#cdp.send('Debugger.disable');
    }
  }

  async #functionsIn(work: () => Promise<void>): Promise<RanFunction[]> {
    const cdp = this.#cdp;
    await cdp.send('Profiler.enable');
    await cdp.send('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    try {
      await work();
      const { result } = await cdp.send('Profiler.takePreciseCoverage');
      const ran: RanFunction[] = [];
      for (const { scriptId, functions } of result) {
        const called = functions.filter(({ ranges }) => ranges[0]!.count > 0);
        const script = this.#scripts.get(scriptId);
        if (!script || called.length === 0 || (await this.#isOurs(script))) continue;
        for (const { ranges } of called) ran.push({ script, ...ranges[0]! });
      }
      return ran;
    } finally {
      await cdp.send('Profiler.stopPreciseCoverage');
      await cdp.send('Profiler.disable');
    }
  }

  /** The page hooks, and what asks them between steps, run among the page's scripts; their texts have our name. */
  async #isOurs({ scriptId, url, executionContextAuxData }: Script): Promise<boolean> {
    if (executionContextAuxData?.isDefault === false) return true;
    if (url !== '') return false;
    const { scriptSource } = await this.#cdp.send('Debugger.getScriptSource', { scriptId });
    return /\bleakwright\b/.test(scriptSource);
  }

  /** Stops at each place of the functions. @returns how many did nothing but return before their end */
  async #leftEarly(functions: readonly RanFunction[], work: () => Promise<void>): Promise<number> {
    const cdp = this.#cdp;
    const places = new Map<
      string,
      { readonly of: RanFunction; readonly isEarlyReturn: boolean; readonly isCall: boolean }
    >();
    for (const of of functions) {
      const { locations } = await cdp.send('Debugger.getPossibleBreakpoints', {
        ...(await this.#rangeOf(of)),
        restrictToFunction: true,
      });
      if (locations.length > MAX_PLACES) continue;
      for (const [index, location] of locations.entries()) {
        const { breakpointId } = await cdp.send('Debugger.setBreakpoint', { location });
        const isEarlyReturn = location.type === 'return' && index < locations.length - 1;
        places.set(breakpointId, { of, isEarlyReturn, isCall: location.type === 'call' });
      }
    }
    const reached = new Set<string>();
    const onPaused = ({ hitBreakpoints = [] }: { readonly hitBreakpoints?: readonly string[] }): void => {
      for (const hit of hitBreakpoints) {
        reached.add(hit);
        // Each place stops once, however often a loop comes by.
        cdp.session.send('Debugger.removeBreakpoint', { breakpointId: hit }).catch(() => undefined);
      }
      cdp.session.send('Debugger.resume').catch(() => undefined);
    };
    cdp.session.on('Debugger.paused', onPaused);
    try {
      await work();
    } finally {
      for (const breakpointId of places.keys()) await cdp.send('Debugger.removeBreakpoint', { breakpointId });
      cdp.session.off('Debugger.paused', onPaused);
    }
    return functions.filter((ran) => {
      const own = [...reached].map((hit) => places.get(hit)!).filter(({ of }) => of === ran);
      const others = own.filter(({ isEarlyReturn }) => !isEarlyReturn);
      return own.length > others.length && others.length <= GUARD_PLACES && !others.some(({ isCall }) => isCall);
    }).length;
  }

  async #rangeOf({ script, startOffset, endOffset }: RanFunction): Promise<{ start: Location; end: Location }> {
    const { scriptSource } = await this.#cdp.send('Debugger.getScriptSource', { scriptId: script.scriptId });
    return { start: locationOf(script, scriptSource, startOffset), end: locationOf(script, scriptSource, endOffset) };
  }
}

interface Location {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** Inline scripts begin somewhere in their document. */
function locationOf({ scriptId, startLine, startColumn }: Script, source: string, offset: number): Location {
  const lines = source.slice(0, offset).split('\n');
  const column = lines.at(-1)!.length;
  return {
    scriptId,
    lineNumber: startLine + lines.length - 1,
    columnNumber: lines.length === 1 ? startColumn + column : column,
  };
}
