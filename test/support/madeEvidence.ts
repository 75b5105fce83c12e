import type { Evidence, Observation } from '../../src/leaks/evidence.ts';
import type { GroupReport, GrowthReport } from '../../src/leaks/snapshot/messages.ts';
import { type Recording, outcomeOf } from './replay.ts';

/** A session of observations at the border of a number: written by hand, as no page stands there by itself. */
interface Made {
  readonly name: string;
  readonly truth: 'leak' | 'clean';
  readonly evidence: Evidence;
}

const BASE = { nodes: 50, listeners: 4, jsHeapBytes: 3_000_000, embedderHeapBytes: 400_000, backingStoreBytes: 0 };

/** Counters of a count, one series a counter; those not named stay flat. */
function counted(
  series: Readonly<Record<string, readonly number[]>>,
  end?: Readonly<Record<string, number>>,
): Observation[] {
  const length = Math.max(...Object.values(series).map((values) => values.length));
  const at = (index: number): Record<string, number> => ({
    ...BASE,
    ...Object.fromEntries(
      Object.entries(series).map(([counter, values]) => [counter, values[index] ?? values.at(-1)!]),
    ),
  });
  const seen: Observation[] = [{ saw: 'counters', when: 'warmup', atMs: 0, counters: at(0), begun: 2 }];
  for (let index = 0; index < length; index += 1)
    seen.push({ saw: 'counters', when: 'count', atMs: 50 * index, counters: at(index), begun: 3 + index });
  if (end) seen.push({ saw: 'counters', when: 'end', atMs: 9000, counters: { ...BASE, ...end }, begun: 70 });
  return seen;
}

function evidence(observations: readonly Observation[], iterations = 7): Evidence {
  return {
    version: 1,
    browser: 'made by hand',
    settings: { warmup: 3, iterations, escalateTo: 60, deep: false },
    observations,
  };
}

export function madeRecordings(): Recording[] {
  return made().map(({ name, truth, evidence }) => ({
    name,
    truth,
    chromium: evidence.browser,
    commit: '',
    evidence,
    outcome: outcomeOf(evidence),
  }));
}

function made(): Made[] {
  return [];
}

export type { GroupReport, GrowthReport };
export { counted, evidence };
