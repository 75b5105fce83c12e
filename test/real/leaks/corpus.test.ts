import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPage, differences } from '../../support/corpusRun.ts';
import { type CorpusServer, listCorpus, startCorpusServer } from '../../support/corpusServer.ts';

/** One of each way to measure; the others' recordings are judged by the replay. All pages with LEAKWRIGHT_FULL_CORPUS=1. */
const QUICK = new Set([
  'clean-delayed-cleanup',
  'leak-growing-string',
  'leak-react-effect',
  'leak-slots',
  'leak-window-listener',
]);

const pages = await listCorpus();

describe('verdicts on the corpus', function () {
  this.retries(0);
  let server: CorpusServer;
  let stateFolder: string;
  const formerState = process.env['LEAKWRIGHT_STATE_DIR'];

  before(async () => {
    stateFolder = await mkdtemp(join(tmpdir(), 'leakwright-corpus-'));
    process.env['LEAKWRIGHT_STATE_DIR'] = stateFolder;
    server = await startCorpusServer();
  });
  after(async () => {
    await server?.close();
    if (formerState === undefined) delete process.env['LEAKWRIGHT_STATE_DIR'];
    else process.env['LEAKWRIGHT_STATE_DIR'] = formerState;
    await rm(stateFolder, { recursive: true, force: true });
  });

  const full = process.env['LEAKWRIGHT_FULL_CORPUS'] === '1';
  for (const page of pages.filter(({ name }) => full || QUICK.has(name))) {
    it(`${page.name}: ${page.expected.note}`, async () => {
      const result = await checkPage(server, page);
      assert.deepEqual(differences(page, result), {});
      assert.deepEqual(result.cleanup.issues, []);
    });
  }
});
