/**
 * Checks the pages of a matrix, means x delay x leaky or clean, and prints which verdicts are right. Usage, after a build:
 * node test/bench/asynchronous.ts [MEANS,…] [MS,…] [leak|clean]. `LEAKWRIGHT_REAL_TIME=1` lets the page's time pass as it does.
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { MEANS, serveAsynchronousPages } from '../support/asynchronousPage.ts';

const [meansText, delaysText, kindText] = process.argv.slice(2);
const means = meansText ? meansText.split(',') : MEANS;
const delays = delaysText ? delaysText.split(',').map(Number) : [0, 10, 20, 50, 100, 300, 1000, 5000];
const kinds = kindText ? [kindText] : ['leak', 'clean'];
const cli = resolve(import.meta.dirname, '../../dist/cli.js');
const server = await serveAsynchronousPages();
let right = 0;
let total = 0;
for (const way of means) {
  for (const delay of delays) {
    for (const kind of kinds) {
      const clicks = way === 'appears-later' ? ['#go', '#close'] : ['#go'];
      const began = performance.now();
      const { verdict, why } = await check(`${server.url}/${way}/${delay}/${kind}`, clicks);
      total += 1;
      if (verdict === kind) right += 1;
      const line = `${verdict === kind ? 'ok   ' : 'WRONG'} ${way} ${delay} ms ${kind}: ${verdict} ${why}`;
      console.log(`${line} (${Math.round(performance.now() - began)} ms)`);
    }
  }
}
await server.close();
console.log(`${right} of ${total} right`);

async function check(url: string, clicks: readonly string[]): Promise<{ verdict: string; why: string }> {
  const args = [
    'check',
    '--url',
    url,
    ...clicks.flatMap((click) => ['--click', click]),
    '--no-config',
    '--reporter',
    'json',
  ];
  const child = spawn(process.execPath, [cli, ...args, '--timeout', '200'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  await new Promise((done) => child.on('close', done));
  const report = JSON.parse(text) as { checks: { verdict: string; warnings: string[]; error?: { message: string } }[] };
  const { verdict, warnings, error } = report.checks[0]!;
  return { verdict, why: error?.message ?? (warnings ?? []).join(' ').slice(0, 160) };
}
