import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'mocha';
import { describeDurability } from '../../support/storeDurability.ts';
import { removeFolder } from '../../support/removeFolder.ts';

// A run that was told to be recorded must be there, whatever happened to the process that recorded it.
describe('the sqlite store', () => {
  let folder: string;
  let files = 0;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lw-durable-'));
  });
  after(() => removeFolder(folder));

  describeDurability(() => {
    files += 1;
    return join(folder, `store${files}.sqlite`);
  });
});
