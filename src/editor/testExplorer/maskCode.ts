/** After one of these a slash begins a pattern, not a division. */
const BEFORE_PATTERN = /(?:^|[([{,;=:!&|?+\-*%<>~^]|\breturn|\btypeof|\bcase)\s*$/;

/**
 * JavaScript or TypeScript with the inside of comments, strings, templates and patterns turned into spaces, so that
 * brackets and words of the code itself can be looked for. Every offset stays what it was.
 */
export function maskCode(text: string): string {
  let masked = '';
  let at = 0;
  const blank = (end: number) => {
    masked += text.slice(at, end).replaceAll(/[^\n]/g, ' ');
    at = end;
  };
  while (at < text.length) {
    const two = text.slice(at, at + 2);
    const one = text[at]!;
    if (two === '//') blank(endOf(text, '\n', at));
    else if (two === '/*') blank(Math.min(text.length, endOf(text, '*/', at + 2) + 2));
    else if (one === '"' || one === "'") blank(endOfString(text, at));
    else if (one === '`') blank(endOfTemplate(text, at));
    else if (one === '/' && BEFORE_PATTERN.test(masked.slice(-40))) blank(endOfPattern(text, at));
    else {
      masked += one;
      at += 1;
    }
  }
  return masked;
}

function endOf(text: string, what: string, from: number): number {
  const found = text.indexOf(what, from);
  return found === -1 ? text.length : found;
}

/** After the closing quote, or at the end of the line where it is missing, as while the user types. */
function endOfString(text: string, from: number): number {
  const quote = text[from];
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote) return at + 1;
    else if (text[at] === '\n') return at;
  }
  return text.length;
}

function endOfTemplate(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '`') return at + 1;
    else if (text[at] === '$' && text[at + 1] === '{') at = endOfPlaceholder(text, at + 2) - 1;
  }
  return text.length;
}

function endOfPlaceholder(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    const one = text[at]!;
    if (one === '`') at = endOfTemplate(text, at) - 1;
    else if (one === '"' || one === "'") at = endOfString(text, at) - 1;
    else if (one === '{') depth += 1;
    else if (one === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

function endOfPattern(text: string, from: number): number {
  let inClass = false;
  for (let at = from + 1; at < text.length; at += 1) {
    const one = text[at]!;
    if (one === '\n') return from + 1;
    if (one === '\\') at += 1;
    else if (one === '[') inClass = true;
    else if (one === ']') inClass = false;
    else if (one === '/' && !inClass) {
      const flags = /^[a-z]*/.exec(text.slice(at + 1))![0];
      return at + 1 + flags.length;
    }
  }
  return from + 1;
}
