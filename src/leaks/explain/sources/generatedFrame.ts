import { pathToFileURL } from 'node:url';

/** A place in the code as the browser runs it. Lines and columns count from 1. */
export interface GeneratedFrame {
  readonly url: string;
  readonly line: number;
  readonly column: number;
  /** The function's name as the engine knows it; empty for anonymous functions and top-level code. */
  readonly function: string;
}

// "    at Panel.open (http://host/app.js:12:7)", "    at async http://host/app.js:12:7", "at new Panel (…)",
// "at eval (eval at load (http://host/app.js:3:1), <anonymous>:1:1)": the format of V8's Error.prototype.stack.
const FRAME = /^\s*at (?:(?<name>.+?) \((?<inner>.*)\)|(?<bare>.+))$/;
const POSITION = /^(?<url>.+?):(?<line>\d+):(?<column>\d+)$/;

/**
 * The frames of a V8 `Error.stack` text, innermost first. Lines that are no frames (the message) and frames without a
 * position in a script (native ones) are left out.
 */
export function parseStackText(stack: string): GeneratedFrame[] {
  const frames: GeneratedFrame[] = [];
  for (const line of stack.split('\n')) {
    const groups = FRAME.exec(line)?.groups;
    if (!groups) continue;
    const place = POSITION.exec(outermostPlace(groups['inner'] ?? groups['bare'] ?? ''))?.groups;
    if (!place) continue;
    frames.push({
      url: urlOf(place['url']!),
      line: Number(place['line']),
      column: Number(place['column']),
      function: functionName(groups['name'] ?? ''),
    });
  }
  return frames;
}

/** Stacks of Node have the path of a CommonJS module, where the inspector has its URL. */
function urlOf(place: string): string {
  return /^(?:\/|[a-z]:\\)/i.test(place) ? pathToFileURL(place, { windows: !place.startsWith('/') }).href : place;
}

/** Code made by `eval` has no file: the place is where the file that called `eval` did so. */
function outermostPlace(text: string): string {
  let place = text.replace(/^async /, '');
  for (;;) {
    const evaluated = /^eval at .+? \((?<outer>.*)\), .*$/.exec(place)?.groups?.['outer'];
    if (evaluated === undefined) return place;
    place = evaluated;
  }
}

function functionName(name: string): string {
  const plain = name
    .replace(/^async /, '')
    .replace(/^new /, '')
    .replace(/ \[as [^\]]+\]$/, '');
  return plain === '<anonymous>' || plain === 'Object.<anonymous>' ? '' : plain;
}
