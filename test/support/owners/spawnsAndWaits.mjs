/** A script that starts the program it is told to, and goes on; says so when a browser listens. */
import { spawn } from 'node:child_process';

const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
let said = '';
child.stderr.on('data', (chunk) => {
  said += chunk;
  if (said.includes('DevTools listening') || said.includes('WebDriver BiDi listening'))
    process.stdout.write('listens\n');
});
child.once('exit', (code) => {
  process.stderr.write(`${command} ended with ${code}: ${said}`);
  process.exit(1);
});
