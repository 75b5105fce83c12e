import { basename, isAbsolute, join, relative, sep } from 'node:path';
import { type ProcessInfo, type ProcessPlace, isEditor, programName, scriptOf } from '../processes/index.ts';
import { isInside } from '../support/index.ts';

/** Processes that start others and do no work of their own. */
const PACKAGE_MANAGERS = /^(?:npm|npx|pnpm|yarn|corepack|(?:npm|npx|yarn)-cli|yarn-[\d.]+)$/;

/** How editors talk to language servers (vscode-languageclient); `tsserver.js` has its own way. */
const LANGUAGE_SERVER = /^--(?:node-ipc|stdio|clientProcessId(?:=.*)?|pipe=.*|socket=.*|useNodeIpc)$/;
const TYPESCRIPT_SERVER = /[\\/](?:tsserver|_tsserver|typingsInstaller|_typingsInstaller)\.js$/;

/** Code of an editor, or of an extension that it has installed: `…/extensions/ms-python.python-2026.1.0/…`. */
const EDITOR_CODE =
  /[\\/](?:resources[\\/]app|\.vscode(?:-server|-insiders)?|code-server)[\\/]|[\\/]extensions[\\/][\w-]+\.[\w.-]+-\d[^\\/]*[\\/]/;
/** A process that an editor starts from its own executable. */
const EDITOR_ROLE = /^--type=/;

/**
 * Where a process may be a Node program, by what the table says of it. A process that has renamed itself (`next-server (v15.1.0)`) has
 * one argument only: its executable tells.
 */
export function mayBeNode({ commandLine, state }: ProcessInfo): boolean {
  if (commandLine.length === 0 || state === 'zombie') return false;
  return commandLine.length === 1 || isNodeFile(commandLine[0]!);
}

/**
 * Which of the folders a Node program belongs to: its working directory or its script lies there. What editors run for themselves
 * (extension hosts, language servers), package managers, and our own programs belong to none.
 *
 * @param folders absolute paths
 * @param own the folder of our own bundles
 * @returns the folder, and where in it the program was started
 */
export function folderOf(
  info: ProcessInfo,
  place: ProcessPlace,
  folders: readonly string[],
  own: string,
): { readonly folder: string; readonly within: string } | undefined {
  if (!isNodeFile(place.executable ?? info.commandLine[0] ?? '')) return undefined;
  const script = scriptPath(info, place);
  if (isOfEditor(info, script) || isOurs(script, own) || PACKAGE_MANAGERS.test(programName(info))) return undefined;
  const folder = folders.find((one) => liesIn(place.folder, one)) ?? folders.find((one) => liesIn(script, one));
  if (folder === undefined) return undefined;
  return { folder, within: liesIn(place.folder, folder) ? relative(folder, place.folder!) : '' };
}

const isNodeFile = (file: string): boolean => /^(?:node|nodejs)[\d.]*(?:\.exe)?$/i.test(basename(file));

/** The absolute path of the script that Node runs, where it is known. */
function scriptPath(info: ProcessInfo, { folder }: ProcessPlace): string | undefined {
  const { script, isModule } = scriptOf(info);
  if (script === undefined || isModule) return undefined;
  if (isAbsolute(script)) return script;
  return folder === undefined ? undefined : join(folder, script);
}

function isOfEditor(info: ProcessInfo, script: string | undefined): boolean {
  const { commandLine } = info;
  if (isEditor(info) || commandLine.some((argument) => EDITOR_ROLE.test(argument))) return true;
  if (script !== undefined && (EDITOR_CODE.test(script) || TYPESCRIPT_SERVER.test(script))) return true;
  // A language server that is being written here is a program like any other.
  const isInstalled = script === undefined || script.includes(`${sep}node_modules${sep}`);
  return isInstalled && commandLine.some((argument) => LANGUAGE_SERVER.test(argument));
}

function isOurs(script: string | undefined, own: string): boolean {
  if (script === undefined) return false;
  return isInside(script, own) || /[\\/]node_modules[\\/](?:leakwright[\\/]|\.bin[\\/]leakwright$)/.test(script);
}

const liesIn = (path: string | undefined, folder: string): boolean =>
  path !== undefined && (path === folder || isInside(path, folder));
