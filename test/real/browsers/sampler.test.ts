import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Browser, chromium } from 'playwright';
import { TreeSampler, findBrowser, findBrowserTrees } from '../../../src/browsers/index.ts';
import { createProcessReader } from '../../../src/processes/index.ts';
import type { Clock } from '../../../src/support/index.ts';

/** A clock whose seconds pass as soon as somebody waits for them: a day of sampling in a minute. */
class FastClock implements Clock {
  #ms = 0;

  now(): number {
    return Date.now() + this.#ms;
  }

  monotonic(): number {
    return this.#ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.#ms += ms;
    return new Promise((resolve, reject) => {
      setImmediate(() => (signal?.aborted ? reject(signal.reason as Error) : resolve()));
    });
  }
}

describe('the sampler over a long time', () => {
  // Some 15 s of processor time; a busy machine takes its time to give it.
  if (process.platform !== 'linux') return;
  let browser: Browser;
  before(async () => {
    browser = await chromium.launch({
      executablePath: findBrowser({}).executablePath,
      // A real browser in as few processes as it can: each is read in each of 10,000 samples, and one shows what ten do.
      args: [
        '--no-sandbox',
        '--no-zygote',
        '--in-process-gpu',
        '--enable-features=NetworkServiceInProcess2',
        '--disable-features=StorageServiceOutOfProcess',
        '--disable-crash-reporter',
        '--disable-breakpad',
      ],
    });
    await browser.newPage();
  });
  after(() => browser?.close());

  it('takes 10,000 samples and its heap stays flat: who looks for leaks must have none', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const sampler = new TreeSampler({
      reader: createProcessReader(),
      clock: new FastClock(),
      // Often enough to fill all that is kept, and sparing the kernel 10,000 walks over the browser's memory.
      memoryIntervalMs: 120_000,
      // 300 times all of the machine, which is what costs most.
      fullIntervalMs: 60_000,
      historyPoints: 50,
      findTrees: (table) => findBrowserTrees(table).filter(({ root }) => root.ppid === process.pid),
    });
    const heap: number[] = [];
    let samples = 0;
    const done = new Promise<void>((resolve, reject) => {
      sampler.onSample(({ trees }) => {
        samples += 1;
        if (trees.length === 0) reject(new Error('no browser seen'));
        // Processes come and go on a machine that is worked on.
        if (samples % 100 === 0) spawnSync('true');
        if (samples % 1000 === 0) {
          collectGarbage();
          heap.push(process.memoryUsage().heapUsed);
        }
        if (samples === 10_000) resolve();
      });
    });
    try {
      sampler.start();
      await done;
    } finally {
      sampler.dispose();
    }
    // The first 4000 fill the bounded histories.
    const growth = heap.at(-1)! - heap[3]!;
    assert.ok(growth < 300_000, `${growth} bytes more after 6000 samples: ${heap.join()}`);
  });
});
