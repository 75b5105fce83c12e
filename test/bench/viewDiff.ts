/**
 * What a beat of the Processes view costs the extension host: 500 processes in 20 browsers, 5 % of them looking different each
 * time. Beside it what the editor would be asked to draw without the comparison: everything.
 *
 *   node test/bench/viewDiff.ts [ROUNDS]
 *
 * Exits 1 when the goal is missed: under 2 ms, and nothing but the changed rows drawn.
 */
import type { ProcessRole } from '../../src/browsers/index.ts';
import { buildRows } from '../../src/editor/processTree/buildRows.ts';
import { NodeStore } from '../../src/editor/processTree/nodeStore.ts';
import { SteadyNumbers } from '../../src/editor/processTree/steadyNumbers.ts';
import { memory, shown } from '../unit/editor/support/shownTrees.ts';

const rounds = Number(process.argv[2] ?? 400);
const BROWSERS = 20;
const PROCESSES = 25;
const CHANGED = (BROWSERS * PROCESSES * 5) / 100;

const roles: ProcessRole[] = ['browser', ...Array<ProcessRole>(PROCESSES - 1).fill('renderer')];

/** The machine at one beat: other processes have grown by 30 MB than the last time. */
function forest(round: number) {
  return Array.from({ length: BROWSERS }, (_, index) => {
    const tree = shown({ pid: (index + 1) * 100, roles });
    const processes = tree.sample.processes.map((process, place) => {
      const turn = (index * PROCESSES + place + round) % (BROWSERS * PROCESSES);
      return turn < CHANGED ? { ...process, memory: memory(80) } : process;
    });
    return { ...tree, sample: { ...tree.sample, processes } };
  });
}

const store = new NodeStore();
const steady = new SteadyNumbers();
const times: number[] = [];
let drawn = 0;
let everything = 0;
for (let round = 0; round < rounds; round += 1) {
  // Each round takes the places of the one before back, so that twice as many change at most.
  const trees = forest(round * CHANGED);
  const started = performance.now();
  const refresh = store.update(buildRows(trees, steady));
  times.push(performance.now() - started);
  if (round === 0 || !refresh) continue;
  drawn += refresh.all ? BROWSERS * PROCESSES : refresh.nodes.length;
  everything += BROWSERS * PROCESSES;
}
times.sort((a, b) => a - b);
const at = (part: number) => times[Math.floor(times.length * part)]!;
const median = at(0.5);
const share = drawn / everything;
console.log(
  `${median < 2 ? '  ok  ' : '  NO  '} ${median.toFixed(2)} ms a beat (goal 2), ${at(0.95).toFixed(2)} ms at the 95th`,
);
console.log(
  `${share <= 0.12 ? '  ok  ' : '  NO  '} ${(share * 100).toFixed(1)} % of the rows drawn anew (goal: the changed ones, 10 % a round)`,
);
process.exitCode = median < 2 && share <= 0.12 ? 0 : 1;
