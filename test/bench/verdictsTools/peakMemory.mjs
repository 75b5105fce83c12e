// Preloaded into every tool: says at its end how much memory it took. Child processes of the tool add lines of their own.
import { appendFileSync } from 'node:fs';

process.on('exit', () => {
  const file = process.env.LEAKWRIGHT_BENCH_PEAK;
  if (file) appendFileSync(file, `${process.resourceUsage().maxRSS * 1024}\n`);
});
