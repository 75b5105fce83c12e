/** An agent to be killed: says when its call is on its way, and never ends by itself. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

const [server, tool, input] = process.argv.slice(2);
const client = new Client({ name: 'agent', version: '1' });
const env = Object.fromEntries(
  Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
);
const transport = new StdioClientTransport({ command: process.execPath, args: [server!], env, stderr: 'ignore' });
await client.connect(transport);
console.log(JSON.stringify({ server: transport.pid }));
client
  .callTool({ name: tool!, arguments: JSON.parse(input!) as Record<string, unknown> }, undefined, { timeout: 120_000 })
  .then(
    () => console.log(JSON.stringify({ answered: true })),
    () => undefined,
  );
