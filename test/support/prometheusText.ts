import assert from 'node:assert/strict';

export interface PrometheusSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * A strict reader of Prometheus' text exposition format 0.0.4: it refuses what Prometheus refuses (a name twice, a sample
 * before or without its type, a broken label, the same series twice).
 */
export function parsePrometheusText(text: string): PrometheusSample[] {
  assert.ok(text.endsWith('\n'), 'the last line must end');
  const types = new Map<string, string>();
  const helps = new Set<string>();
  const seen = new Set<string>();
  const finished = new Set<string>();
  const samples: PrometheusSample[] = [];
  let current: string | undefined;
  const enter = (name: string) => {
    if (name === current) return;
    assert.ok(!finished.has(name), `the lines of ${name} must be together`);
    if (current !== undefined) finished.add(current);
    current = name;
  };
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) ?(.*)$/.exec(line);
    if (comment) {
      const [, what, name, rest] = comment as unknown as [string, string, string, string];
      enter(name);
      if (what === 'HELP') {
        assert.ok(!helps.has(name), `second HELP of ${name}`);
        helps.add(name);
      } else {
        assert.ok(!types.has(name), `second TYPE of ${name}`);
        assert.match(rest, /^(counter|gauge|histogram|summary|untyped)$/);
        types.set(name, rest);
      }
      continue;
    }
    assert.ok(!line.startsWith('#'), `comment of no known kind: ${line}`);
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/.exec(line);
    assert.ok(sample, `no sample: ${line}`);
    const [, name, labelText, valueText] = sample as unknown as [string, string, string | undefined, string];
    enter(name);
    assert.ok(types.has(name), `${name} has no TYPE before it`);
    const labels: Record<string, string> = {};
    let rest = labelText ?? '';
    while (rest !== '') {
      const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/.exec(rest);
      assert.ok(label, `broken labels: ${line}`);
      assert.ok(!Object.hasOwn(labels, label[1]!), `label twice: ${line}`);
      labels[label[1]!] = label[2]!.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
      rest = rest.slice(label[0].length);
    }
    const value = Number(valueText.replace(/^([+-]?)Inf$/, '$1Infinity'));
    assert.ok(valueText === 'NaN' || !Number.isNaN(value), `no number: ${line}`);
    const series = `${name}${JSON.stringify(
      Object.keys(labels)
        .sort()
        .map((label) => [label, labels[label]]),
    )}`;
    assert.ok(!seen.has(series), `series twice: ${line}`);
    seen.add(series);
    samples.push({ name, labels, value });
  }
  return samples;
}
