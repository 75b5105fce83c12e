import { captureNatives } from './parts/natives.ts';
import { hookListeners } from './parts/listeners.ts';
import { hookObjects } from './parts/objects.ts';
import { countStoredRecords } from './parts/storedRecords.ts';
import { hookTimers } from './parts/timers.ts';
import { keepRecords } from './parts/records.ts';
import { answerInspector } from './parts/reading.ts';
import { followWork } from './parts/work.ts';
import { followContent } from './parts/content.ts';
import { hookWasm } from './parts/wasm.ts';
import { hookTimings } from './parts/timings.ts';
import { wrapNatives } from './parts/wrapping.ts';

/**
 * Wraps what makes resources that heap snapshots cannot see, or whose creation line is worth knowing. Runs in the main
 * world of a document or a worker before any page script (Playwright's `addInitScript`,
 * `Page.addScriptToEvaluateOnNewDocument`). It is sent to the browser as text, so it is one function that uses nothing
 * from outside: made of the texts of its parts, each of which uses nothing but what it is given.
 *
 * How it stays out of the page's way:
 * - Every wrapper is a Proxy of the native function, so `name`, `length`, `prototype`, statics, `new.target`, subclassing
 *   and property descriptors are the native ones; `Function.prototype.toString` knows the wrappers.
 * - No global, symbol or property is added. The state hangs on the Proxy handlers: the inspector shows a Proxy's
 *   `[[Handler]]`, script cannot reach it (readPageHooks.ts).
 * - It never keeps what it observes: objects are held by WeakRef only, callbacks are not wrapped, and the creation stack
 *   is text. (V8's lazily formatted `stack` would hold the receivers of its frames until first read.)
 * - It works with the natives as they were before any page script, so a page may patch what it likes.
 *
 * What a page can notice: one more frame (`Object.apply`) in the stack of an exception that a wrapped native throws, and
 * that `createImageBitmap` and `getUserMedia` promises resolve one microtask later.
 */
// oxlint-disable-next-line typescript/no-implied-eval -- the text is our own, and only the browser runs it
export const installPageHooks = new Function(`
  const natives = (${captureNatives.toString()})();
  const records = (${keepRecords.toString()})(natives);
  const wrapping = (${wrapNatives.toString()})(natives, records);
  const listeners = (${hookListeners.toString()})(natives, records, wrapping);
  const timers = (${hookTimers.toString()})(natives, records, wrapping);
  const work = (${followWork.toString()})(natives, records, wrapping, timers);
  const objects = (${hookObjects.toString()})(natives, records, wrapping, work);
  const timings = (${hookTimings.toString()})(natives, records, wrapping);
  const wasm = (${hookWasm.toString()})(natives, wrapping);
  const content = (${followContent.toString()})(natives, records, wrapping, ${countStoredRecords.toString()});
  (${answerInspector.toString()})(natives, records, wrapping, listeners, timers, objects, timings, work, content, wasm);
`) as () => void;
