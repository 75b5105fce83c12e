/**
 * Writes to a store until it is killed, and says on standard output what was acknowledged: a line `NUMBER` after each
 * transaction of two records and a value. Arguments: the place, this writer's name.
 */
import { writeSync } from 'node:fs';
import { openStore } from '../../src/stores/index.ts';

const [place, name] = process.argv.slice(2) as [string, string];
const store = await openStore(place);
for (let number = 1; ; number += 1) {
  await store.write([
    { kind: 'append', scope: 'log', value: `${name} ${number} first`, bytes: 20 },
    { kind: 'set', scope: 'log', key: name, value: number },
    { kind: 'append', scope: 'log', value: `${name} ${number} second`, bytes: 20 },
  ]);
  writeSync(1, `${number}\n`);
}
