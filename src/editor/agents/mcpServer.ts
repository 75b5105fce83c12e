import { type Disposable, EventEmitter, McpStdioServerDefinition, lm, workspace } from 'vscode';
import { MCP_PROVIDER } from '../contributions.ts';

/** Offers our Model Context Protocol server to the editor's agents; the editor starts it when one wants it. */
export function offerMcpServer(server: string, version: string): Disposable[] {
  const changed = new EventEmitter<void>();
  return [
    changed,
    // A server's sessions and checks run code of the folder.
    workspace.onDidGrantWorkspaceTrust(() => changed.fire()),
    lm.registerMcpServerDefinitionProvider(MCP_PROVIDER, {
      onDidChangeMcpServerDefinitions: changed.event,
      provideMcpServerDefinitions() {
        if (!workspace.isTrusted) return [];
        // The desktop editor's own program is Electron, which runs as Node only with this variable.
        const env = { ELECTRON_RUN_AS_NODE: '1' };
        const definition = new McpStdioServerDefinition('Leakwright', process.execPath, [server], env, version);
        const folder = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
        if (folder) definition.cwd = folder.uri;
        return [definition];
      },
    }),
  ];
}
