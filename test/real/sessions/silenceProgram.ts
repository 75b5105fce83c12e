/**
 * Runs in a network of its own, as `silence.test.ts` starts it: answers all names with "there is no such", and counts them while
 * a check runs. Prints the names that were asked for, and how the check ended.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const asked = new Set<string>();
const resolver = createSocket('udp4');
resolver.on('message', (query, from) => {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  asked.add(labels.join('.'));
  const answer = Buffer.from(query.subarray(0, at + 5));
  answer.writeUInt16BE(0x8183, 2);
  answer.fill(0, 6, 12);
  resolver.send(answer, from.port, from.address);
});
resolver.bind(53, '127.0.0.1');
await once(resolver, 'listening');

// The page asks for one name itself, so that counting is seen to work.
const PAGE = `<input><button id="go">Go</button><script>fetch('http://counted.test/').catch(() => {}); go.onclick = () => { go.title = 'gone'; };</script>`;
const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(PAGE));
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const cli = join(import.meta.dirname, '..', '..', '..', 'src', 'cli.ts');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const check = spawn(process.execPath, [cli, 'check', '--url', url, '--click', '#go'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
const [code] = (await once(check, 'exit')) as [number | null];
process.stdout.write(JSON.stringify({ code, asked: [...asked].sort() }));
resolver.close();
server.closeAllConnections();
server.close();
