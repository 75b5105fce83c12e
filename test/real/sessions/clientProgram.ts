// A client of a session host, as the editor or the CLI is one: to be killed by a test. Says what it does in lines of JSON.
import { SessionClient } from '../../../src/sessions/index.ts';

const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);

const client = await SessionClient.start();
say({ host: await client.host() });
if (process.argv[2] === 'idle') {
  setInterval(() => {}, 60_000);
} else {
  say({ launching: true });
  const session = await client.launch({ source: { kind: 'launch' }, url: 'about:blank' });
  say({ session });
  setInterval(() => {}, 60_000);
}
