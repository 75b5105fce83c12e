import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { Evidence, Observation } from '../../src/leaks/evidence.ts';
import { decide } from '../../src/leaks/judge/decide.ts';
import { plan } from '../../src/leaks/judge/plan.ts';
import type { Step } from '../../src/leaks/judge/steps.ts';

/** What a recorded page must come to, for ever. */
export interface Outcome {
  readonly verdict: string;
  /** The rule behind the verdict. */
  readonly rule: string;
  /** `kind name (rule)` of each leak, sorted. */
  readonly leaks: readonly string[];
  /** `name (rule)` of each bounded growth, sorted. */
  readonly bounded: readonly string[];
}

export interface Recording {
  readonly name: string;
  /** What the page is known to be. `inconclusive` is right only for evidence made by hand at the border of a number. */
  readonly truth: 'leak' | 'clean' | 'inconclusive';
  readonly chromium: string;
  readonly commit: string;
  readonly evidence: Evidence;
  readonly outcome: Outcome;
}

export const recordingsFolder = resolve(import.meta.dirname, '..', 'replay', 'recorded');

export async function listRecordings(): Promise<string[]> {
  const files = await readdir(recordingsFolder);
  return files.filter((file) => file.endsWith('.json.br')).map((file) => file.slice(0, -'.json.br'.length));
}

export async function loadRecording(name: string): Promise<Recording> {
  const compressed = await readFile(join(recordingsFolder, `${name}.json.br`));
  return JSON.parse(brotliDecompressSync(compressed).toString('utf8')) as Recording;
}

export async function saveRecording(recording: Recording): Promise<void> {
  const text = JSON.stringify(recording);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
  await writeFile(join(recordingsFolder, `${recording.name}.json.br`), brotliCompressSync(text, { params }));
}

export function outcomeOf(evidence: Evidence): Outcome {
  const { verdict, because, leaks, bounded } = decide(evidence);
  const names = leaks.map(({ leak }) => `${leak.kind} ${leak.name} (${leak.because.rule})`);
  const limited = new Set(bounded.map(({ name, because: why }) => `${name} (${why?.rule ?? ''})`));
  return { verdict, rule: because.rule, leaks: names.toSorted(), bounded: [...limited].toSorted() };
}

const SAW: Readonly<Record<Exclude<Step['do'], 'decide'>, Observation['saw']>> = {
  count: 'counters',
  track: 'tracking',
  workers: 'workers',
  snapshot: 'snapshot',
  sizes: 'sizes',
  follow: 'followed',
  sprint: 'sprinted',
  age: 'aged',
  confirm: 'confirmed',
  watch: 'watched',
  compare: 'compared',
  cover: 'covered',
  end: 'counters',
};

/** Where the plan asks for something else than what was recorded; undefined where it asks for the same throughout. */
export function firstDeviation({ evidence }: Pick<Recording, 'evidence'>): string | undefined {
  const { observations } = evidence;
  const from = observations.findIndex((seen) => seen.saw === 'counters' && seen.when === 'count');
  for (let index = Math.max(0, from); index <= observations.length; index += 1) {
    const step = plan({ ...evidence, observations: observations.slice(0, index) });
    const next = observations[index];
    // What is compared after a failure is not the plan's.
    const isBeside = next?.saw === 'compared' && observations[index + 1]?.saw === 'failure';
    if (next?.saw === 'failure' || isBeside) continue;
    if (next?.saw === 'driven') return step.do === 'decide' ? undefined : `the plan asks for ${step.do} at the end`;
    const wanted = step.do === 'decide' ? undefined : SAW[step.do];
    if (wanted === next?.saw && next && !asPlanned(step, next, observations.slice(0, index)))
      return `after ${index} observations the plan asks for another number of iterations: ${JSON.stringify(step).slice(0, 200)}`;
    if (wanted !== next?.saw)
      return `after ${index} observations the plan asks for ${step.do}, recorded was ${next?.saw ?? 'the end'}`;
  }
  return undefined;
}

/** Whether what was recorded has as many iterations as the plan asks for. */
function asPlanned(step: Step, next: Observation, before: readonly Observation[]): boolean {
  if (step.do === 'watch' && next.saw === 'watched') return step.iterations === next.iterations;
  if (step.do === 'sizes' && next.saw === 'sizes')
    return (
      next.holders.every(({ sizes }) => sizes.length === 0 || sizes.length <= step.iterations + 1) &&
      next.begun - before.at(-1)!.begun === step.iterations
    );
  if (step.do === 'confirm' && next.saw === 'confirmed') return next.bytes.length === step.iterations + 1;
  if (step.do === 'sprint' && next.saw === 'sprinted') return next.endedBy !== 'done' || next.begun === step.to;
  if (step.do === 'follow' && next.saw === 'followed') return next.endedBy !== 'done' || next.begun === step.to;
  if (step.do === 'snapshot' && next.saw === 'snapshot') {
    const done = next.begun - before.at(-1)!.begun;
    return step.meanwhileTo === undefined ? done === step.iterations : done >= step.iterations;
  }
  return true;
}

/** The first of the recordings whose answer or plan is another now; answers first, which take a thirtieth of the time. */
export function firstChanged(recordings: readonly Recording[]): Recording | undefined {
  const isOther = ({ evidence, outcome }: Recording): boolean =>
    JSON.stringify(outcomeOf(evidence)) !== JSON.stringify(outcome);
  return recordings.find(isOther) ?? recordings.find((recording) => firstDeviation(recording) !== undefined);
}

/** How a recording differs from what it must come to; empty when nothing does. */
export function replay(recording: Recording): string[] {
  const differences: string[] = [];
  const now = outcomeOf(recording.evidence);
  if (now.verdict !== recording.truth) differences.push(`${now.verdict} instead of ${recording.truth}`);
  if (JSON.stringify(now) !== JSON.stringify(recording.outcome))
    differences.push(`now ${JSON.stringify(now)}, recorded ${JSON.stringify(recording.outcome)}`);
  const deviation = firstDeviation(recording);
  if (deviation !== undefined) differences.push(deviation);
  return differences;
}
