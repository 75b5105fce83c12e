import { relative } from 'node:path';
import type { FullConfig, FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter';
import { type Leftover, findLeftovers } from '../browsers/index.ts';
import { createProcessReader } from '../processes/index.ts';
import { count, formatBytes, plainText } from '../support/index.ts';
import { LEFT_BEHIND, type LeftBehind, type LeftBrowser } from './leftBehind.ts';

export interface LeftBehindReporterOptions {
  /** Whether something left behind makes the run fail. Default: false. */
  readonly fail?: boolean;
}

interface LeftByTest {
  readonly title: string;
  readonly left: LeftBehind;
}

/**
 * Lists at the end of a run what the suite left behind, by test: contexts and pages that were not closed, browsers that run
 * on, and folders in the temp folder. Tests must use `test` of `leakwright/playwright`, which collects this.
 */
export default class LeftBehindReporter implements Reporter {
  readonly #fail: boolean;
  readonly #byTest: LeftByTest[] = [];
  #rootFolder = process.cwd();
  #startedAt = Date.now();

  constructor(options: LeftBehindReporterOptions = {}) {
    this.#fail = options.fail === true;
  }

  printsToStdio(): boolean {
    // This reporter prints a few lines at the end only, so another one must show the tests.
    return false;
  }

  onBegin(config: FullConfig): void {
    this.#rootFolder = config.rootDir;
    this.#startedAt = Date.now();
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    for (const { name, body } of result.attachments) {
      if (name !== LEFT_BEHIND || body === undefined) continue;
      const left = JSON.parse(body.toString('utf8')) as LeftBehind;
      const place = `${relative(this.#rootFolder, test.location.file)}:${test.location.line}`;
      const [, , , ...titles] = test.titlePath();
      this.#byTest.push({ title: `${place} › ${titles.join(' › ')}`, left });
    }
  }

  async onEnd(): Promise<{ status?: FullResult['status'] } | undefined> {
    const running = await this.#stillRunning();
    const folders = await this.#folders();
    if (this.#byTest.length === 0 && folders.length === 0) return undefined;
    process.stdout.write(`\n${this.#describe(running, folders).join('\n')}\n`);
    return this.#fail ? { status: 'failed' } : undefined;
  }

  /** Browsers that outlived even their worker. */
  async #stillRunning(): Promise<ReadonlySet<LeftBrowser>> {
    const reader = createProcessReader();
    const running = new Set<LeftBrowser>();
    for (const browser of this.#byTest.flatMap(({ left }) => left.browsers))
      if (await reader.lives(browser.root)) running.add(browser);
    return running;
  }

  async #folders(): Promise<Leftover[]> {
    const table = await createProcessReader().readTable();
    const leftovers = await findLeftovers({ table, cacheFolder: '', minAgeMs: 0 });
    const runMs = Date.now() - this.#startedAt;
    // A folder that another run or another user may use does not count as this run's.
    return leftovers.filter(({ ageMs, removable }) => removable && ageMs <= runMs);
  }

  #describe(running: ReadonlySet<LeftBrowser>, folders: readonly Leftover[]): string[] {
    const lines = ['Left behind by this run:'];
    for (const { title, left } of this.#byTest) {
      lines.push(`  ${plainText(title, 200)}`);
      for (const pages of left.contexts) {
        const urls = pages.length === 0 ? '' : `: ${pages.map((url) => plainText(url, 120)).join(', ')}`;
        lines.push(`    a context with ${count(pages.length, 'page')}, not closed by the test${urls}`);
      }
      for (const browser of left.browsers) {
        const { pid } = browser.root;
        const fate = running.has(browser) ? 'still running: leakwright clean' : 'ended with its worker';
        lines.push(`    ${browser.product}, ${count(browser.processes, 'process', 'processes')}, pid ${pid} (${fate})`);
      }
    }
    if (folders.length > 0) lines.push('  In the temp folder:');
    for (const { path, bytes } of folders) lines.push(`    ${plainText(path, 200)}  ${formatBytes(bytes)}`);
    return lines;
  }
}
