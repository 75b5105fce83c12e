/** A text as a CSS string. */
const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`)}"`;

/** Elements whose accessible name is this text, as far as selectors can tell. */
const named = (name: string): string =>
  ['aria-label', 'title', 'alt', 'placeholder', 'value']
    .map((attribute) => `[${attribute}=${quote(name)}]`)
    .concat(`:text-is(${quote(name)})`)
    .join(', ');

/** `[name="Save"][role="button"]`, or the name itself. */
function fromAria(text: string): string {
  const part = (key: string): string | undefined =>
    new RegExp(String.raw`\[\s*${key}\s*=\s*["']?(.*?)["']?\s*\]`).exec(text)?.[1];
  const [name, role] = [part('name') ?? (text.includes('[') ? text.split('[')[0] : text), part('role')];
  if (role === undefined) return `:is(${named(name?.trim() ?? '')})`;
  return `role=${role}${name ? `[name=${quote(name.trim())} s]` : ''}`;
}

/** What is between the bracket at `open` and the one that closes it, and the place behind that. */
function bracketed(text: string, open: number): { readonly inside: string; readonly end: number } {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '(') depth += 1;
    else if (text[at] === ')' && (depth -= 1) === 0) return { inside: text.slice(open + 1, at), end: at + 1 };
  }
  return { inside: text.slice(open + 1), end: text.length };
}

const unquote = (text: string): string =>
  text
    .trim()
    .replace(/^(["'])([\s\S]*)\1$/, '$2')
    .replaceAll(/\\(.)/g, '$1');

/**
 * A selector of Puppeteer's as one of Playwright's: its prefixes (`text/`, `xpath/`, `aria/`, `pierce/`), its pseudo-elements
 * (`::-p-text()`, `::-p-xpath()`, `::-p-aria()`) and its combinators through shadow roots (`>>>`, `>>>>`), which Playwright's
 * CSS goes through anyway. Any other is left as it is.
 */
export function playwrightSelector(selector: string): string {
  const [, prefix, rest = ''] = /^(text|xpath|aria|pierce)\/([\s\S]*)$/.exec(selector) ?? [];
  if (prefix === 'text') return `:text(${quote(rest)})`;
  if (prefix === 'xpath') return `xpath=${rest}`;
  if (prefix === 'aria') return fromAria(rest);
  if (prefix === 'pierce') return rest;
  if (!selector.includes('::-p-') && !selector.includes('>>>')) return selector;
  // Parts for other engines than CSS are chained.
  const chain: string[] = [];
  let css = '';
  for (let at = 0; at < selector.length;) {
    const rest = selector.slice(at);
    const [combinator] = /^\s*>>>>?\s*/.exec(rest) ?? [];
    const [pseudo, kind] = /^::-p-(text|xpath|aria)(?=\()/.exec(rest) ?? [];
    if (combinator) {
      css += ' ';
      at += combinator.length;
    } else if (pseudo && kind) {
      const { inside, end } = bracketed(selector, at + pseudo.length);
      const text = unquote(inside);
      at = end;
      if (kind === 'text') css += /[\w\])*"-]$/.test(css) ? `:has-text(${quote(text)})` : `:text(${quote(text)})`;
      else {
        if (css.trim() !== '') chain.push(css.trim());
        css = '';
        chain.push(kind === 'xpath' ? `xpath=${inside.trim()}` : fromAria(text));
      }
    } else {
      css += selector[at]!;
      at += 1;
    }
  }
  if (css.trim() !== '') chain.push(css.trim());
  return chain.join(' >> ');
}
