/**
 * `npm run thresholds`: halves and doubles each number of the verdict and replays all recordings. Prints the numbers that no
 * recording guards, and fails when there are any: a number that nothing needs should go.
 */
import { thresholds, type ThresholdName } from '../../src/leaks/judge/thresholds.ts';
import { firstChanged, listRecordings, loadRecording, replay } from '../support/replay.ts';
import { madeRecordings } from '../support/madeEvidence.ts';

const recordings = [...madeRecordings(), ...(await Promise.all((await listRecordings()).map(loadRecording)))];
const wrong = recordings.filter((recording) => replay(recording).length > 0);
if (wrong.length > 0) {
  console.log(
    `Wrong before any change: ${wrong.map(({ name }) => name).join(', ')}. Mend these first (npm run replay).`,
  );
  process.exit(1);
}
const only = process.argv.slice(2);
const names = (Object.keys(thresholds) as ThresholdName[]).filter((name) => only.length === 0 || only.includes(name));
const unguarded: string[] = [];
for (const name of names) {
  const value = thresholds[name];
  const guards: string[] = [];
  for (const factor of [0.5, 2]) {
    thresholds[name] = value * factor;
    const guard = firstChanged(recordings);
    thresholds[name] = value;
    if (guard) guards.push(guard.name);
    else unguarded.push(`${name}: ${value * factor} instead of ${value} changes no recording`);
  }
  console.log(`${name.padEnd(26)} ${String(value).padStart(10)}  ${guards.join(', ')}`);
}
if (unguarded.length > 0) console.log(`\nNot guarded:\n${unguarded.join('\n')}`);
console.log(`${names.length * 2 - unguarded.length} of ${names.length * 2} changes are noticed.`);
process.exitCode = unguarded.length > 0 ? 1 : 0;
