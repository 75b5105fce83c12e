import type { GuardedCdp } from '../drive/cdp.ts';
import type { GeneratedFrame } from '../explain/sources/index.ts';
import { watchOpening } from './readProgram.ts';

/** The most opened files of an iteration whose stacks are read. */
const MAX_STACKS = 20;

interface StackTrace {
  readonly callFrames: readonly {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  }[];
  readonly parent?: StackTrace;
  readonly parentId?: { readonly id: string };
}

/**
 * The program's own frames of the first call that opens a file in an iteration, innermost first; empty where none is seen.
 *
 * @param iterate does one
 */
export async function framesThatOpen(
  cdp: GuardedCdp,
  iterate: () => Promise<unknown>,
): Promise<readonly GeneratedFrame[]> {
  const stacks: StackTrace[] = [];
  const onCall = (event: { readonly stackTrace?: StackTrace }): void => {
    if (event.stackTrace) stacks.push(event.stackTrace);
  };
  await cdp.send('Debugger.enable');
  // A `debugger` statement of the program would stop it for good.
  await cdp.send('Debugger.setSkipAllPauses', { skip: true });
  // What a stream opens it opens in a later turn: the stack that made the stream comes before.
  await cdp.send('Debugger.setAsyncCallStackDepth', { maxDepth: 32 });
  const { result: end } = await cdp.send('Runtime.evaluate', { expression: `(${String(watchOpening)})()` });
  cdp.session.on('Runtime.consoleAPICalled', onCall);
  try {
    await iterate();
    for (const stack of stacks.slice(0, MAX_STACKS)) {
      const frames = await framesOf(cdp, stack);
      if (frames.length > 0) return frames;
    }
    return [];
  } finally {
    cdp.session.off('Runtime.consoleAPICalled', onCall);
    await cdp.send('Runtime.callFunctionOn', {
      objectId: end.objectId!,
      functionDeclaration: 'function () { this(); }',
    });
    await cdp.send('Debugger.setAsyncCallStackDepth', { maxDepth: 0 });
    await cdp.send('Runtime.discardConsoleEntries');
  }
}

/** The program's own frames of a stack and of the turns before it, innermost first. */
async function framesOf(cdp: GuardedCdp, stack: StackTrace): Promise<GeneratedFrame[]> {
  const frames = stack.callFrames
    .filter(({ url }) => url !== '' && !url.startsWith('node:'))
    .map(({ functionName, url, lineNumber, columnNumber }) => ({
      url,
      line: lineNumber + 1,
      column: columnNumber + 1,
      function: functionName,
    }));
  let parent = stack.parent;
  if (!parent && stack.parentId) {
    const { stackTrace } = await cdp.send('Debugger.getStackTrace', { stackTraceId: stack.parentId });
    parent = stackTrace;
  }
  return parent ? [...frames, ...(await framesOf(cdp, parent))] : frames;
}
