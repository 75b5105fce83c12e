import type { IgnoreRule } from './scenario.ts';

/** What ignore rules look at in a finding. */
interface Ignorable {
  readonly name: string;
  readonly kind: string;
  readonly fingerprint: string;
  readonly holder?: string;
  readonly allocatedAt?: { readonly file: string };
  readonly keptAt?: { readonly file: string };
}

/** The reason of the first rule that matches in all it names, or undefined. A rule that names nothing matches nothing. */
export function matchIgnoreRule(finding: Ignorable, rules: readonly IgnoreRule[]): string | undefined {
  for (const rule of rules) {
    const { reason, ...conditions } = rule;
    const given = Object.values(conditions).filter((condition) => condition !== undefined);
    if (given.length === 0) continue;
    const files = [finding.allocatedAt?.file, finding.keptAt?.file].filter((file) => file !== undefined);
    if (
      matches(rule.name, [finding.name]) &&
      matches(rule.holder, finding.holder === undefined ? [] : [finding.holder]) &&
      matches(rule.file, files) &&
      (rule.fingerprint === undefined || rule.fingerprint === finding.fingerprint) &&
      (rule.kind === undefined || rule.kind === finding.kind)
    )
      return reason;
  }
  return undefined;
}

function matches(pattern: string | RegExp | undefined, texts: readonly string[]): boolean {
  if (pattern === undefined) return true;
  return texts.some((text) => (typeof pattern === 'string' ? text.includes(pattern) : new RegExp(pattern).test(text)));
}
