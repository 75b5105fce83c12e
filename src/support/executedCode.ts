import { readFileSync, statSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { Script, constants } from 'node:vm';
import { crc32 } from 'node:zlib';
import { replaceFileSync } from './replaceFile.ts';

/** Before the code stands its sum, which has this many bytes. */
const SUM_BYTES = 4;

/** Smaller files are compiled as fast as their compiled code is read. */
const LARGE_CHARACTERS = 256 * 1024;

/** What Node puts around a CommonJS file. */
const WRAPPER = ['(function (exports, require, module, __filename, __dirname) { ', '\n})'] as const;

/** Node's loader hands each CommonJS file to this; loaders of other languages take it up the same way. */
interface Compiling {
  _compile: (this: NodeJS.Module, content: string, file: string, ...rest: readonly unknown[]) => unknown;
}

/**
 * Keeps the compiled code of large files as it is when the process ends. Node's own cache keeps it as it is before a file
 * runs, and V8 compiles a function when it is first called: of Playwright's two bundles, 1,700 functions that are called
 * whenever they are loaded are not in it. *Measured: a check is over 0.2 s sooner, after 1.9 s.*
 *
 * What another Node or V8 made, or what was made of another file, is never used: both are in the name of what is kept.
 *
 * @param use tells runs apart that call other functions, such as a command's name
 */
export function keepExecutedCode(folder: string, use: string): void {
  const loader = (nodeModule as unknown as { prototype: Partial<Compiling> }).prototype;
  const usual = loader._compile;
  if (usual === undefined) return;
  const made = new Map<string, Script>();
  loader._compile = function compile(content, file, ...rest) {
    // Without a format, what is no script is taken for an ES module by Node.
    const [format = 'commonjs'] = rest;
    const isPlain = format === 'commonjs' && !content.startsWith('#!') && !process.sourceMapsEnabled;
    const name = isPlain && content.length >= LARGE_CHARACTERS ? keptName(file, use) : undefined;
    const kept = join(folder, name ?? '');
    const script = name === undefined ? undefined : compileWith(kept, content, file);
    if (script === undefined) return usual.call(this, content, file, ...rest);
    if (script.cachedDataRejected !== false) made.set(kept, script);
    const run = script.runInThisContext() as (...values: readonly unknown[]) => unknown;
    return Reflect.apply(run, this.exports, [this.exports, createRequire(file), this, file, dirname(file)]);
  };
  process.once('exit', () => {
    for (const [kept, script] of made) keep(kept, script);
  });
}

/**
 * The file is told by what changes with each write: to take the sum of its 4 MB takes as long as is gained. Undefined where
 * there is no such file: what was made up on the way has no name to be found again by.
 */
function keptName(file: string, use: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) return undefined;
  const { size, mtimeMs, ctimeMs, ino } = found;
  const of = [process.version, cachedDataVersionTag(), file, size, mtimeMs, ctimeMs, ino, use].join('\0');
  return `${basename(file)}-${crc32(of).toString(16)}`;
}

/** Undefined where the file is no script: Node says better what is wrong with it. */
function compileWith(kept: string, content: string, file: string): Script | undefined {
  const cachedData = readKept(kept);
  const [before, after] = WRAPPER;
  try {
    return new Script(before + content + after, {
      filename: file,
      columnOffset: -before.length,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      ...(cachedData && { cachedData }),
    });
  } catch {
    return undefined;
  }
}

/** Undefined where it was not made yet, or is not whole: V8 believes what it is given. */
function readKept(kept: string): Buffer | undefined {
  try {
    const whole = readFileSync(kept);
    const code = whole.subarray(SUM_BYTES);
    return whole.readUInt32LE() === crc32(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Never throws: a folder that cannot be written only costs time. */
function keep(kept: string, script: Script): void {
  try {
    const code = script.createCachedData();
    const sum = Buffer.alloc(SUM_BYTES);
    sum.writeUInt32LE(crc32(code));
    replaceFileSync(kept, Buffer.concat([sum, code]));
  } catch {
    // The next run tries again.
  }
}
