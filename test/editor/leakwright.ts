import assert from 'node:assert/strict';
import { extensions } from 'vscode';
import type { Leakwright } from '../../src/editor/index.ts';

export const EXTENSION_ID = 'leakwright.leakwright';

/** The running extension's inside, which it shows to tests only. */
export async function activateLeakwright(): Promise<Leakwright> {
  const extension = extensions.getExtension<Leakwright | undefined>(EXTENSION_ID);
  assert.ok(extension, `${EXTENSION_ID} is not loaded`);
  const leakwright = await extension.activate();
  assert.ok(leakwright, 'the extension does not run in test mode');
  return leakwright;
}
