import { LeakwrightError } from '../../support/index.ts';
import type { CDPSession } from '../drive/cdp.ts';

/** JavaScript that a step has the program run: an expression, statements, or a function with its one argument. */
export type ProgramCode = string | ((argument: never) => unknown);

interface Evaluated {
  readonly result: { readonly objectId?: string; readonly value?: unknown; readonly description?: string };
  readonly exceptionDetails?: {
    readonly text: string;
    readonly exception?: { readonly description?: string; readonly value?: unknown };
  };
}

/** Calls the function that it is called on. One text for all calls, so that V8 compiles it once. */
const CALL = 'function (argument) { return this(argument); }';

/**
 * Runs code in the program through the session that the check has: a session of its own would end the tracking of the heap when it
 * closes, since V8 tracks for all sessions together. Each code is compiled once, so that iterations leave no scripts behind.
 */
export class ProgramCodeRunner {
  readonly #cdp: Pick<CDPSession, 'send'>;
  /** Object ids of compiled functions, by their text. */
  readonly #compiled = new Map<string, string>();

  constructor(cdp: Pick<CDPSession, 'send'>) {
    this.#cdp = cdp;
  }

  /**
   * Runs code to its end, a promise of it included.
   *
   * @param argument of a function; JSON
   * @returns what it results in, as JSON
   * @throws LeakwrightError `leaks.scenarioFailed` with what it throws, or why it is no JavaScript
   */
  async run(code: ProgramCode, argument?: unknown): Promise<unknown> {
    const texts = typeof code === 'string' ? [`async () => (${code}\n)`, `async () => { ${code}\n}`] : [String(code)];
    return await this.#call(await this.#compile(texts), argument, true);
  }

  /** The same for code whose result is of no use: it may be anything. */
  async runStep(code: string): Promise<void> {
    const texts = [`async () => void (await (${code}\n))`, `async () => { ${code}\n}`];
    await this.#call(await this.#compile(texts), undefined, false);
  }

  /** @param texts ways to read the code as a function. @returns the object id of the first that is JavaScript */
  async #compile(texts: readonly string[]): Promise<string> {
    const [key = ''] = texts;
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const refused: Evaluated[] = [];
    for (const text of texts) {
      const answer = (await this.#cdp.send('Runtime.evaluate', {
        expression: `((require) => (${text}\n))((${String(requireOfProgram)})())`,
        silent: true,
      })) as Evaluated;
      const { objectId } = answer.result;
      if (!answer.exceptionDetails && objectId !== undefined) {
        this.#compiled.set(key, objectId);
        return objectId;
      }
      refused.push(answer);
    }
    // Code that is neither is most likely meant as the last: statements.
    throw failure(refused.at(-1)!);
  }

  async #call(objectId: string, argument: unknown, returnByValue: boolean): Promise<unknown> {
    const answer = (await this.#cdp.send('Runtime.callFunctionOn', {
      functionDeclaration: CALL,
      objectId,
      arguments: argument === undefined ? [] : [{ value: argument }],
      awaitPromise: true,
      returnByValue,
      silent: true,
    })) as Evaluated;
    if (answer.exceptionDetails) throw failure(answer);
    return answer.result.value;
  }
}

function failure({ exceptionDetails, result }: Evaluated): LeakwrightError {
  const { exception, text } = exceptionDetails ?? {};
  const value = exception?.value;
  const thrown = exception?.description ?? (typeof value === 'string' ? value : (JSON.stringify(value) ?? text));
  return new LeakwrightError(
    'leaks.scenarioFailed',
    `The program answers: ${(thrown ?? result.description ?? 'no function').split('\n')[0]}`,
    { hint: 'Code runs in the global scope of the program: reach its modules with require.' },
  );
}

/**
 * Runs in the program: a `require` as its first file has it, or, of code on the command line, its folder. Where that file is none, as
 * in VS Code's extension host, it is one of the executable's place, which gives Node's own modules and `vscode`.
 */
function requireOfProgram(): NodeJS.Require {
  const { createRequire } = process.getBuiltinModule('node:module');
  const { existsSync } = process.getBuiltinModule('node:fs');
  const path = process.getBuiltinModule('node:path');
  const file = process.argv[1];
  if (file === undefined && process.versions['electron'] === undefined)
    return createRequire(path.join(process.cwd(), '-'));
  return createRequire(file !== undefined && path.isAbsolute(file) && existsSync(file) ? file : process.execPath);
}
