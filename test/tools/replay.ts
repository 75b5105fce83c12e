/**
 * `npm run replay`: recorded evidence through the judge, without a browser. `npm run replay -- --record NAME…` runs the pages again in
 * a real browser and records what was seen; names are those of test/corpus and test/support/replayPages.ts, `all` is all of them,
 * `clean-*` all that begin so. `--table` prints the rules as docs/verdicts.md has them; `--refresh` writes the outcomes anew where the verdict is still right. `--record --served URL FOLDER NAME…` records pages of another folder that is served at a URL.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CheckResult, checkLeaks, sessionOpener } from '../../src/leaks/index.ts';
import type { Evidence } from '../../src/leaks/evidence.ts';
import { type Scenario, clickScenario } from '../../src/scenarios/index.ts';
import { rulesTable } from '../../src/leaks/judge/table.ts';
import { chromiumPath, differences } from '../support/corpusRun.ts';
import { corpusFolder, listCorpus, startCorpusServer } from '../support/corpusServer.ts';
import { type Recording, listRecordings, loadRecording, outcomeOf, replay, saveRecording } from '../support/replay.ts';
import { listReplayPages, startPagesServer } from '../support/replayPages.ts';

const [command, ...names] = process.argv.slice(2);
if (command === '--table') console.log(rulesTable());
else if (command === '--adopt') process.exitCode = await adopt(names[0]!, names[1]!);
else process.exitCode = command === '--record' ? await record(names) : await replayAll(command === '--refresh');

/** @param refresh whether outcomes are written anew, where the verdict is still the right one: after a rule changed its words */
async function replayAll(refresh: boolean): Promise<number> {
  const recorded = await listRecordings();
  let wrong = 0;
  for (const name of recorded) {
    const recording = await loadRecording(name);
    const now = outcomeOf(recording.evidence);
    if (refresh && now.verdict === recording.truth) await saveRecording({ ...recording, outcome: now });
    const found = replay(refresh ? await loadRecording(name) : recording);
    if (found.length === 0) continue;
    wrong += 1;
    console.log(`${name}: ${found.join('; ')}`);
  }
  console.log(`${recorded.length - wrong} of ${recorded.length} recordings are right.`);
  return wrong === 0 ? 0 : 1;
}

async function adopt(name: string, file: string): Promise<number> {
  const truth = name.startsWith('leak-') ? 'leak' : 'clean';
  const evidence = JSON.parse(await readFile(file, 'utf8')) as Evidence;
  const outcome = outcomeOf(evidence);
  if (outcome.verdict !== truth) {
    console.log(`WRONG ${name}: ${outcome.verdict}, ${outcome.rule}`);
    return 1;
  }
  await saveRecording({ name, truth, chromium: evidence.browser, commit: currentCommit(), evidence, outcome });
  return 0;
}

function currentCommit(): string {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
}

async function record(given: readonly string[]): Promise<number> {
  const served = given[0] === '--served' ? { url: given[1]!, folder: given[2]! } : undefined;
  const wanted = served ? given.slice(3) : given;
  const folder = await mkdtemp(join(tmpdir(), 'leakwright-record-'));
  const isWanted = (name: string): boolean =>
    wanted.includes('all') ||
    wanted.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
  const commit = currentCommit();
  let wrong = 0;
  if (served) {
    for (const name of wanted) {
      const truth = name.startsWith('leak') ? 'leak' : 'clean';
      const html = await readFile(join(served.folder, name, 'index.html'), 'utf8');
      const ids = [['iter'], ['there', 'back'], ['open', 'close']].find(([id]) =>
        new RegExp(`id="?${id}\\b`).test(html),
      )!;
      const scenario = clickScenario(
        `${served.url}/${name}/`,
        ids.map((id) => `#${id}`),
      );
      if (!say(name, truth, await recordOne(`case-${name}`, truth, scenario, served.folder), [])) wrong += 1;
    }
    await rm(folder, { recursive: true, force: true });
    return wrong === 0 ? 0 : 1;
  }
  const corpus = await startCorpusServer();
  const pages = await startPagesServer();
  try {
    for (const page of (await listCorpus()).filter(({ name }) => isWanted(name))) {
      const scenario = clickScenario(corpus.urlOf(page), page.expected.click);
      const result = await recordOne(page.name, page.expected.verdict, scenario, corpusFolder);
      if (!say(page.name, page.expected.verdict, result, Object.values(differences(page, result)))) wrong += 1;
    }
    for (const page of listReplayPages().filter(({ name }) => isWanted(name))) {
      const result = await recordOne(page.name, page.truth, page.scenario(pages.origin), page.folder);
      if (!say(page.name, page.truth, result, [])) wrong += 1;
    }
  } finally {
    await Promise.all([corpus.close(), pages.close(), rm(folder, { recursive: true, force: true })]);
  }
  return wrong === 0 ? 0 : 1;

  async function recordOne(
    name: string,
    truth: Recording['truth'],
    scenario: Scenario,
    workspaceFolder: string,
  ): Promise<CheckResult> {
    const evidenceFile = join(folder, `${name}.json`);
    const run = checkLeaks(
      scenario,
      { evidenceFile, timeoutMs: 200_000 },
      {
        openBrowser: sessionOpener({ kind: 'launch', executablePath: chromiumPath, noSandbox: true }),
        workspaceFolder,
      },
    );
    let step = await run.next();
    while (!step.done) step = await run.next();
    const evidence = JSON.parse(await readFile(evidenceFile, 'utf8').catch(() => 'null')) as Evidence | null;
    if (evidence && step.value.verdict === truth)
      await saveRecording({ name, truth, chromium: evidence.browser, commit, evidence, outcome: outcomeOf(evidence) });
    return step.value;
  }
}

function say(name: string, truth: string, result: CheckResult, differing: readonly string[]): boolean {
  const isRight = result.verdict === truth && differing.length === 0;
  const found = result.findings.map(
    (finding) => `${finding.kind} ${finding.name}${finding.holder === undefined ? '' : ` in ${finding.holder}`}`,
  );
  console.log(
    `${isRight ? 'ok   ' : 'WRONG'} ${name.padEnd(32)} ${result.verdict} ${String(result.durationMs).padStart(6)} ms ${result.because?.rule ?? ''} | ${found.slice(0, 3).join(', ').slice(0, 100)} ${differing.join('; ')} ${isRight ? '' : (result.error?.message ?? result.because?.reason ?? '').slice(0, 300)}`,
  );
  return isRight;
}
