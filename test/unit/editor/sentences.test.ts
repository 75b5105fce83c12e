import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toProblem } from '../../../src/editor/checks/problem.ts';
import { findingSentence, undecidedReason, verdictSentence } from '../../../src/editor/checks/sentences.ts';
import { setTranslator, t } from '../../../src/editor/translate.ts';
import type { CheckResult, Finding } from '../../../src/leaks/index.ts';
import { summarizeCheck, summarizeFinding } from '../../../src/reports/index.ts';
import { packageFolder } from '../../../src/support/index.ts';
import { panelFinding, sampleResult } from '../reports/sampleResult.ts';

const { holder: _, ...unheld } = panelFinding;
const leftOpen: Finding = {
  ...unheld,
  kind: 'native-memory',
  name: 'open file descriptor',
  perIteration: 3,
  bytesPerIteration: 0,
};
const findings: readonly Finding[] = [
  panelFinding,
  { ...panelFinding, perIteration: 2.5 },
  { ...panelFinding, bytesPerIteration: 0 },
  unheld,
  { ...unheld, perIteration: 3 },
  { ...unheld, kind: 'native-memory', name: "the browser's memory" },
  leftOpen,
];
const checks: readonly CheckResult[] = [
  sampleResult(),
  sampleResult({ findings: [panelFinding, { ...panelFinding, fingerprint: 'f2' }] }),
  sampleResult({ verdict: 'clean', severity: 'none', findings: [] }),
  sampleResult({ verdict: 'clean', severity: 'none', findings: [], mode: 'duration' }),
  sampleResult({ verdict: 'clean', severity: 'none', findings: [{ ...panelFinding, ignored: 'known' }] }),
  sampleResult({ verdict: 'inconclusive', severity: 'none', findings: [] }),
  sampleResult({ verdict: 'error', severity: 'none', findings: [], error: { code: 'timeout', message: 'Too slow.' } }),
];

describe("The editor's sentences about leaks", () => {
  const english = (message: string, ...values: (string | number)[]) =>
    message.replaceAll(/\{(\d+)\}/g, (_all, index: string) => String(values[Number(index)]));
  afterEach(() => setTranslator(english));

  // Who reads a leak in the terminal and in Problems must know it for the same one.
  it('are those of reports in English', () => {
    assert.deepEqual(findings.map(findingSentence), findings.map(summarizeFinding));
    assert.deepEqual(checks.map(verdictSentence), checks.map(summarizeCheck));
  });

  it('count what has a number and no size', () => {
    assert.equal(summarizeFinding(leftOpen), '3 open file descriptors survive each iteration');
  });

  // "Something grows" sends people after a leak that nobody has seen, when the iterations clicked on nothing.
  it('say why a check could not tell, for each reason there is', () => {
    const judge = readFileSync(join(packageFolder(), 'src', 'leaks', 'judge', 'decide.ts'), 'utf8');
    const rules = [...judge.matchAll(/inconclusive\(\s*'([^']+)'/g)].map(([, rule]) => rule!);
    assert.ok(rules.length >= 6, rules.join());
    const sentences = [...new Set([...rules, 'memory trend'])].map((rule) =>
      undecidedReason({ because: { rule, reason: 'the reason', numbers: {} } }),
    );
    assert.equal(new Set(sentences).size, sentences.length, 'each has its own');
    assert.ok(!sentences.includes('the reason'), 'each is translated');
    assert.equal(sentences.filter((sentence) => sentence.includes('grows')).length, 1);
    assert.equal(undecidedReason({ because: { rule: 'new', reason: 'the reason', numbers: {} } }), 'the reason');
  });

  it('are in the language of the editor, with the names as the page has them', () => {
    const file = join(packageFolder(), 'l10n', 'bundle.l10n.zh-cn.json');
    const table = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    setTranslator((message, ...values) => english(table[message] ?? message, ...values));
    assert.equal(t('Clean'), table['Clean']);
    const said = [...findings.map(findingSentence), ...checks.map(verdictSentence)];
    const problem = toProblem({ ...panelFinding, ignored: 'vendor' }, '/shop')!;
    said.push(...problem.message.split('\n'), ...problem.related.map(({ message }) => message));
    for (const sentence of said) assert.match(sentence, /\p{Script=Han}/u);
    assert.match(findingSentence(panelFinding), /closedPanels/);
  });
});
