/** A script that starts a virtual display, and on it the program it is told to; says so when a browser listens. */
import { spawn } from 'node:child_process';

const display = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '800x600x24'], {
  stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
});
const number = await new Promise((resolve) => display.stdio[3].once('data', (said) => resolve(String(said).trim())));
const [command, ...args] = process.argv.slice(2);
const env = { ...process.env, DISPLAY: `:${number}` };
const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
let said = '';
child.stderr.on('data', (chunk) => {
  said += chunk;
  if (said.includes('DevTools listening')) process.stdout.write('listens\n');
});
child.once('exit', (code) => {
  process.stderr.write(`${command} ended with ${code}: ${said}`);
  process.exit(1);
});
