import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CancellationTokenSource, LanguageModelTextPart, extensions, lm } from 'vscode';
import { AGENT_TOOLS, MCP_PROVIDER } from '../../src/editor/contributions.ts';
import { EXTENSION_ID, activateLeakwright } from './leakwright.ts';

describe("The editor's agents", () => {
  before(activateLeakwright);

  const use = async (name: string, input: object): Promise<string> => {
    const source = new CancellationTokenSource();
    const result = await lm.invokeTool(name, { input, toolInvocationToken: undefined }, source.token);
    source.dispose();
    return result.content.map((part) => (part instanceof LanguageModelTextPart ? part.value : '')).join('');
  };

  it('see our tools', () => {
    const names = lm.tools.map(({ name }) => name);
    for (const name of Object.values(AGENT_TOOLS)) assert.ok(names.includes(name), `${name} is not in ${names.join()}`);
  });

  it('are told which browsers run, and end nothing by asking for orphans', async () => {
    assert.match(await use(AGENT_TOOLS.listBrowsers, {}), /pid \d+|No browser runs/);
    assert.match(await use(AGENT_TOOLS.cleanOrphans, {}), /No orphan|nothing was ended/);
  });

  it('touch nothing that is no orphan', async () => {
    assert.match(await use(AGENT_TOOLS.cleanOrphans, { pids: [process.pid] }), /no orphan, not touched/);
  });

  it('can start our server', () => {
    const { packageJSON, extensionPath } = extensions.getExtension(EXTENSION_ID)!;
    const { contributes } = packageJSON as { contributes: { mcpServerDefinitionProviders: { id: string }[] } };
    assert.deepEqual(
      contributes.mcpServerDefinitionProviders.map(({ id }) => id),
      [MCP_PROVIDER],
    );
    assert.match(readFileSync(join(extensionPath, 'dist', 'mcp.js'), 'utf8'), /check_page/);
  });
});
