import type { Finding } from '../../leaks/index.ts';
import type { IgnoreSetting } from '../contributions.ts';
import { outlineScenario } from '../testExplorer/scenarioOutline.ts';
import { defined } from '../../support/index.ts';

/** The rule for exactly this leak; its name and holder say to a reader which one that is. */
export function ruleFor(finding: Finding, reason: string): IgnoreSetting {
  return {
    reason,
    name: finding.name,
    ...defined({ holder: finding.holder }),
    fingerprint: finding.fingerprint,
  };
}

/** Text to put into a file, at an offset. */
export interface Insertion {
  readonly offset: number;
  readonly text: string;
}

/** Where and what to write into a scenario file, so that it ignores this; undefined for a file of unknown shape. */
export function insertRule(text: string, rule: IgnoreSetting): Insertion | undefined {
  const outline = outlineScenario(text);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const literal = toLiteral(rule);
  if (outline.ignoreList !== undefined) {
    const rest = text.slice(outline.ignoreList);
    const isEmpty = /^\s*\]/.test(rest);
    return { offset: outline.ignoreList, text: isEmpty ? literal : `${literal}, ` };
  }
  // A list that is made elsewhere is not ours to take apart.
  if (outline.hasIgnore) return undefined;
  if (outline.object !== undefined) {
    const line = `ignore: [${literal}],`;
    const indent = /^\r?\n([ \t]+)/.exec(text.slice(outline.object))?.[1];
    return { offset: outline.object, text: indent === undefined ? ` ${line}` : `${eol}${indent}${line}` };
  }
  if (!outline.named) return undefined;
  const exporting = /^\s*export\s/m.test(text) ? 'export const ignore =' : 'exports.ignore =';
  const separator = text === '' || text.endsWith('\n') ? '' : eol;
  return { offset: text.length, text: `${separator}${eol}${exporting} [${literal}];${eol}` };
}

function toLiteral(rule: IgnoreSetting): string {
  const quote = (value: string) =>
    `'${value
      .replaceAll('\\', '\\\\')
      .replaceAll("'", String.raw`\'`)
      .replaceAll(/[\r\n\u2028\u2029]+/g, ' ')}'`;
  const parts = Object.entries(rule).map(([name, value]) => `${name}: ${quote(String(value))}`);
  return `{ ${parts.join(', ')} }`;
}
