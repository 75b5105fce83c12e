import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { rulesTable } from '../../../src/leaks/judge/table.ts';
import { thresholds, type ThresholdName } from '../../../src/leaks/judge/thresholds.ts';
import { madeRecordings } from '../../support/madeEvidence.ts';
import { type Recording, firstChanged, listRecordings, loadRecording, replay } from '../../support/replay.ts';

describe('recorded evidence', () => {
  // Thousands of replays: a busy machine takes longer than a test of one thing may.
  let recordings: Recording[];
  before(async () => {
    recordings = [...madeRecordings(), ...(await Promise.all((await listRecordings()).map(loadRecording)))];
  });

  it('gives the same plan, verdict, findings and reasons as when it was recorded, or a change of a rule went unseen', () => {
    const wrong = recordings.flatMap((recording) => replay(recording).map((text) => `${recording.name}: ${text}`));
    assert.deepEqual(wrong, []);
  });

  it('is there for leaks and for pages that only look like one', () => {
    const leaks = recordings.filter(({ truth }) => truth === 'leak').length;
    assert.ok(leaks > 80 && recordings.length - leaks > 80, `${leaks} leaks of ${recordings.length}`);
  });

  it('needs each number of the verdict: half of it or twice as much changes an answer or a plan', () => {
    const unguarded: string[] = [];
    for (const name of Object.keys(thresholds) as ThresholdName[]) {
      const value = thresholds[name];
      for (const factor of [0.5, 2]) {
        thresholds[name] = value * factor;
        if (!firstChanged(recordings)) unguarded.push(`${name} x ${factor}`);
        thresholds[name] = value;
      }
    }
    assert.deepEqual(unguarded, []);
  });
});

describe('docs/verdicts.md', () => {
  it('has the table of rules as the code has it', async () => {
    const text = await readFile(join(resolve(import.meta.dirname, '..', '..', '..'), 'docs', 'verdicts.md'), 'utf8');
    const plain = (table: string): string => table.replaceAll(/ +\|/g, ' |').replaceAll(/-{3,}/g, '---');
    assert.ok(plain(text).includes(plain(rulesTable())), 'npm run replay -- --table prints it');
  });
});
