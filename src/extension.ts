import { ExtensionMode, type ExtensionContext } from 'vscode';
import { type Leakwright, startLeakwright } from './editor/index.ts';

let running: Leakwright | undefined;

/** Wires the rooms together and does no work: that begins with the first view, command, task or debug session. */
export function activate(context: ExtensionContext): Leakwright | undefined {
  running = startLeakwright(context);
  // Other extensions get nothing to lean on; our own in-editor tests look inside.
  return context.extensionMode === ExtensionMode.Test ? running : undefined;
}

/** The editor waits for this for a few seconds: enough for the session host to end its browsers. */
export async function deactivate(): Promise<void> {
  const ending = running;
  running = undefined;
  await ending?.stop();
}
