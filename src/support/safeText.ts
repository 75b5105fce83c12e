/**
 * Text that comes from a page, a process or a file, made safe for where it is shown: one function a destination. The comment
 * of each function says what its destination would act on; `test/unit/reports/hostileText.test.ts` tries all of it.
 *
 * | destination | function |
 * |---|---|
 * | terminal, CI log, tree rows, Problems | `plainText` (one line), `plainLines` (several) |
 * | JSON, ndjson | `jsonText` |
 * | Markdown (pull requests, job summaries) | `markdownText`, `markdownCode` |
 * | HTML | `htmlText` |
 * | XML (JUnit) | `xmlText` |
 */

/**
 * Control characters, which terminals act on (ESC and the one-character CSI and OSC among them), line ends, and
 * bidirectional controls, which show text in another order than it has.
 */
// eslint-disable-next-line no-control-regex -- control characters are what this finds
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/**
 * Invisible characters, with which a text looks like one thing and is another. The joiners and variation selectors of emoji and of
 * Persian and Indic words stay.
 */
const INVISIBLE =
  /[\u00ad\u115f\u1160\u17b4\u17b5\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]|\u034f|[\u180b-\u180f]|[\u{e0000}-\u{e0fff}]/gu;

/** Characters that .NET ignores when it searches a text; the runners of CI servers are written in it. */
const SKIPPED = String.raw`[\u200c\u200d\ufe00-\ufe0f]*`;

/**
 * The commands of CI logs. GitHub takes `::name …::` at the start of a line, leading blanks trimmed, and `##[name …]` anywhere
 * in it (actions/runner, ActionCommand.cs); Azure Pipelines takes `##vso[…]`, TeamCity `##teamcity[…]`.
 */
const HASH_COMMAND = new RegExp(`#(?=${SKIPPED}#${SKIPPED}[a-z]*${SKIPPED}\\[)`, 'gi');
const COLON_COMMAND = new RegExp(`:(?=${SKIPPED}:${SKIPPED}[a-z][\\w-]*(?:[ ,][^\\n]*?)?:${SKIPPED}:)`, 'gi');

/**
 * One line for a terminal, a CI log, a tree row: what they would act on becomes spaces, and long text is cut with an
 * ellipsis.
 */
export function plainText(text: string, maxLength = 200): string {
  // Only the part that can be shown is searched: a page's text may have 500 MB.
  const clean = text
    .slice(0, maxLength * 4 + 1000)
    .toWellFormed()
    .replace(CONTROLS, ' ')
    .replace(INVISIBLE, '')
    .replace(HASH_COMMAND, '# ')
    .replace(COLON_COMMAND, ': ')
    .trim();
  return clean.length > maxLength ? `${clean.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '')}…` : clean;
}

/** Several lines for a terminal or a log, each as {@link plainText}; their indent stays. */
export function plainLines(text: string, maxLength = 20_000): string {
  return text
    .slice(0, maxLength)
    .split(/\r?\n/)
    .map((line) => `${/^[ \t]*/.exec(line)![0]}${plainText(line, maxLength)}`)
    .join('\n');
}

/**
 * JSON for a file, a pipe or a log. Its values stay what they are: what a terminal or a CI server would act on is written as
 * an escape.
 */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent)
    .replace(
      /[\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u200b\u2060-\u2064\ufeff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
    .replace(HASH_COMMAND, String.raw`\u0023`);
}

/** Text as literal Markdown: no tag, link, table cell or emphasis may come of it, no person is mentioned, no issue named. */
export function markdownText(text: string, maxLength = 400): string {
  return (
    plainText(text, maxLength)
      .replace(/[\\`*_{}[\]<>()#+!|~&$]/g, (character) => `\\${character}`)
      // GitHub and GitLab look for these in the rendered text, after the escapes, so only a character between them helps.
      .replace(/@(?=\w)/g, `@${WORD_JOINER}`)
      .replace(/#(?=\w)|(?<=\bGH)-(?=\d)|[!$%~&](?=[\w"])/gi, (character) => character + WORD_JOINER)
      .replace(/:\/\//g, `:${WORD_JOINER}//`)
      .replace(/\bwww\./gi, (www) => `${www.slice(0, -1)}${WORD_JOINER}.`)
      // A line that begins so would be a list.
      .replace(/^(\d+)\./, String.raw`$1\.`)
  );
}
/** Takes no room and joins no words. */
const WORD_JOINER = '\u2060';

/** Text as code in Markdown; a backtick in it would end it. Nothing is linked or mentioned in code. */
export function markdownCode(text: string, maxLength = 400): string {
  return `\`${plainText(text, maxLength).replaceAll('`', 'ˋ') || ' '}\``;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML text or attribute value: no tag, attribute or entity may come of it. */
export function htmlText(text: string, maxLength = 2000): string {
  return plainText(text, maxLength).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** Text as XML text or attribute value. XML 1.0 has no way to write some characters, and a parser refuses the whole file for one. */
export function xmlText(text: string, maxLength = 10_000): string {
  return htmlText(text.replace(/[\uFFFE\uFFFF]/g, '\uFFFD'), maxLength);
}

/** A copy of a value with `change` applied to every text in it, at every depth; objects of classes stay as they are. */
export function eachText<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((part: unknown) => eachText(part, change)) as T;
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, eachText(part, change)])) as T;
}
