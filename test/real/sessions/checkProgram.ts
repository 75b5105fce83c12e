// A leak run, as far as its session goes: to be killed by a test. Says what it does in lines of JSON.
import { openSession } from '../../../src/sessions/index.ts';

const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);

say({ launching: true });
const session = await openSession({ source: { kind: 'launch' }, purpose: 'check' });
await session.newPage();
say({ session: { id: session.id, root: session.root, folder: session.folder } });
if (process.argv[2] === 'close') {
  say({ summary: await session.close() });
} else {
  setInterval(() => {}, 60_000);
}
