import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { commands, extensions } from 'vscode';
import { COMMANDS, ROW_COMMANDS } from '../../src/editor/contributions.ts';
import { EXTENSION_ID, activateLeakwright } from './leakwright.ts';

describe('Activation', () => {
  // Every user pays this at the first view, task or debug session, whether they look for a leak or not.
  // How long it takes is measured where it is done often: once, on a machine that is starting an editor, tells nothing.
  it('does no work: nothing of Playwright is loaded, nor what works with browsers', async () => {
    await activateLeakwright();
    const loaded = Object.keys(require.cache).filter((file) =>
      /playwright|heap-snapshot-toolkit|dist[\\/](?:engine|onDemand)\.js$/.test(file),
    );
    assert.deepEqual(loaded, []);
  });

  it('comes in a bundle under 150 kB', function () {
    const { extensionPath } = extensions.getExtension(EXTENSION_ID)!;
    const bundle = join(extensionPath, 'dist', 'extension.js');
    // What ships is built with --production.
    if (existsSync(`${bundle}.map`)) this.skip();
    const bytes = statSync(bundle).size;
    assert.ok(bytes < 150_000, `dist/extension.js has ${bytes} bytes`);
  });

  // Otherwise a click ends in "command not found".
  it('registers every command of the manifest', async () => {
    await activateLeakwright();
    const registered = new Set(await commands.getCommands(true));
    for (const id of [...Object.values(COMMANDS), ...Object.values(ROW_COMMANDS)]) assert.ok(registered.has(id), id);
  });
});
