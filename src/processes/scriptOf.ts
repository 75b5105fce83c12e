import { basename } from 'node:path';
import { defined, plainText } from '../support/index.ts';
import type { ProcessInfo } from './process.ts';

const INTERPRETERS = /^(?:node|bun|deno|python[\d.]*|ruby|php|perl|java|dotnet|electron|code)$/;
/** Code on the command line: it is no name, and may hold secrets, so it is not shown. */
const CODE = /^(?:-e|-p|-pe|-c|--eval|--print)(?:=|$)/;
/** Options of Node, Python and Java whose value is the argument after them. */
const WITH_VALUE =
  /^(?:-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--env-file|-W|-X|-cp|-classpath|--class-path)$/;

export interface Script {
  /** The program's file name, without `.exe`. */
  readonly program: string;
  /** What an interpreter runs: a script's path, a module's name; undefined for other programs and for code. */
  readonly script?: string;
  /** The script is a module (`python -m http.server`). */
  readonly isModule?: true;
}

/** The program and the script that it runs: many processes share one interpreter. */
export function scriptOf({ commandLine, name }: Pick<ProcessInfo, 'commandLine' | 'name'>): Script {
  const [first = '', ...rest] = commandLine;
  // A process that renamed itself has one argument, its title.
  const title = rest.length === 0 ? (first.split(' ')[0] ?? '') : first;
  const program = basename(title).replace(/\.exe$/i, '') || name;
  if (!INTERPRETERS.test(program)) return { program };
  let loaded: string | undefined;
  for (let at = 0; at < rest.length; at += 1) {
    const argument = rest[at]!;
    if (CODE.test(argument)) return { program };
    if (argument === '-m' && rest[at + 1] !== undefined) return { program, script: rest[at + 1]!, isModule: true };
    if (argument === '-jar') continue;
    if (WITH_VALUE.test(argument)) loaded = rest[(at += 1)];
    else if (!argument.startsWith('-')) return { program, script: argument };
  }
  // Without a script, what is loaded first is the program.
  return { program, ...defined({ script: loaded }) };
}

/**
 * What a person calls a program: `vite` for `node …/node_modules/.bin/vite`, `next-server` for a process that renamed
 * itself, `python3 -m http.server`.
 */
export function programName(info: Pick<ProcessInfo, 'commandLine' | 'name'>): string {
  const { program, script, isModule } = scriptOf(info);
  if (isModule) return plainText(`${program} -m ${script}`, 40);
  if (script === undefined) return plainText(program.replace(/:$/, ''), 40);
  const modules = /node_modules[\\/](?:\.bin[\\/])?((?:@[^\\/]+[\\/])?[^\\/]+)/g;
  const inModules = [...script.matchAll(modules)].at(-1)?.[1];
  return plainText((inModules ?? basename(script)).replace(/\.[cm]?[jt]s$/, ''), 40);
}

/** Whether a process is VS Code, a relative of it, or the server that one of them runs on another machine. */
export function isEditor({ commandLine }: Pick<ProcessInfo, 'commandLine'>): boolean {
  return /server-main\.js|code-server|[\\/](?:code|code-insiders|codium|cursor|windsurf|electron)(?:\.exe)?(?:\s|$)/i.test(
    commandLine.slice(0, 3).join(' '),
  );
}
