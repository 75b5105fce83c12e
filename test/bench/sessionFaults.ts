// Runs the fault table many times: node test/bench/sessionFaults.ts [repetitions] [part of a name]
import { faults } from '../real/sessions/faults.ts';
import { Sandbox } from '../real/sessions/sandbox.ts';

const repetitions = Number(process.argv[2] ?? 50);
const only = process.argv[3] ?? '';

for (const fault of faults.filter(({ name }) => name.includes(only))) {
  if (fault.unavailable) {
    console.log(`${fault.name}: not run, ${fault.unavailable}`);
    continue;
  }
  const took: number[] = [];
  const failures: string[] = [];
  for (let run = 0; run < repetitions; run += 1) {
    const sandbox = new Sandbox();
    const begin = performance.now();
    try {
      await fault.run(sandbox);
      took.push(performance.now() - begin);
    } catch (error) {
      failures.push((error as Error).message.replaceAll(/\s+/g, ' ').slice(0, 300));
    } finally {
      await sandbox.dispose();
    }
  }
  took.sort((a, b) => a - b);
  const at = (share: number) =>
    Math.round(took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? Number.NaN);
  console.log(
    `${fault.name}: ${took.length} of ${repetitions} left nothing; whole run median ${at(0.5)} ms, longest ${at(1)} ms`,
  );
  for (const failure of new Set(failures)) console.log(`  ${failure}`);
}
