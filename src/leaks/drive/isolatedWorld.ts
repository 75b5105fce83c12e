import { LeakwrightError } from '../../support/index.ts';
import type { GuardedCdp } from './cdp.ts';

const WORLD_NAME = 'leakwright';

/**
 * Our own JavaScript world in the page's main frame: it sees the DOM and not the page's patched natives, the page does
 * not see it, and no Content Security Policy holds for it.
 */
export class IsolatedWorld {
  readonly #cdp: GuardedCdp;
  #contextId: number | undefined;

  constructor(cdp: GuardedCdp) {
    this.#cdp = cdp;
  }

  /** Calls a self-contained function with JSON arguments and awaits its value. A navigation makes a new world. */
  async call<A extends readonly unknown[], R>(fn: (...args: A) => R | Promise<R>, ...args: A): Promise<R> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        this.#contextId ??= await this.#create();
        const { result, exceptionDetails } = await this.#cdp.send('Runtime.callFunctionOn', {
          functionDeclaration: fn.toString(),
          executionContextId: this.#contextId,
          arguments: args.map((value) => ({ value })),
          awaitPromise: true,
          returnByValue: true,
          silent: true,
        });
        if (exceptionDetails) {
          throw new LeakwrightError(
            'leaks.scenarioFailed',
            `The page could not be asked: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`,
          );
        }
        return result.value as R;
      } catch (error) {
        this.#contextId = undefined;
        if (attempt >= 5 || !isGoneContext(error)) throw error;
      }
    }
  }

  /** Calls a self-contained function in the world of each document of the main frame from now on, before any other script. */
  async callInNewDocuments(fn: () => void): Promise<void> {
    await this.#cdp.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `if (window === window.top) (${fn.toString()})();`,
      worldName: WORLD_NAME,
    });
  }

  async #create(): Promise<number> {
    const { frameTree } = await this.#cdp.send('Page.getFrameTree');
    const { executionContextId } = await this.#cdp.send('Page.createIsolatedWorld', {
      frameId: frameTree.frame.id,
      worldName: WORLD_NAME,
    });
    return executionContextId;
  }
}

/** The words of CDP for a document that was navigated away from, before or during the call. */
function isGoneContext(error: unknown): boolean {
  return (
    error instanceof Error && /context|Cannot find|navigated|Inspected target|destroyed|No frame/i.test(error.message)
  );
}
