import assert from 'node:assert/strict';
import {
  applyBaseline,
  createReport,
  parseBaseline,
  renderGithubAnnotations,
  renderHtml,
  renderJson,
  renderJunit,
  renderMarkdown,
  renderText,
} from '../../../src/reports/index.ts';
import { exitCodeFor } from '../../../src/reports/report.ts';
import { panelFinding, sampleResult } from './sampleResult.ts';

const clean = sampleResult({ verdict: 'clean', severity: 'none', findings: [] });
const failed = sampleResult({
  verdict: 'error',
  severity: 'none',
  findings: [],
  error: { code: 'leaks.scenarioFailed', message: "Nothing matches '#open'.", hint: 'Correct the selector.' },
});
const unreachable = sampleResult({
  verdict: 'error',
  findings: [],
  error: { code: 'leaks.pageUnreachable', message: 'refused' },
});

function reportOf(...checks: Parameters<typeof createReport>[0]) {
  return createReport(checks, { startedAt: '2026-11-21T10:00:00.000Z', durationMs: 4000 });
}

describe('exit codes', () => {
  it('are what CI scripts are told they are', () => {
    assert.equal(exitCodeFor([clean]), 0);
    assert.equal(exitCodeFor([clean, sampleResult()]), 1);
    assert.equal(exitCodeFor([failed]), 1);
    assert.equal(exitCodeFor([sampleResult({ verdict: 'inconclusive', findings: [] })]), 2);
    assert.equal(exitCodeFor([{ ...clean, cleanup: { ...clean.cleanup, successful: false } }]), 2);
    assert.equal(exitCodeFor([unreachable, sampleResult()]), 3);
  });

  it('let leaks below --fail-on pass', () => {
    assert.equal(exitCodeFor([sampleResult()], 'moderate'), 0);
    assert.equal(exitCodeFor([sampleResult({ severity: 'critical' })], 'moderate'), 1);
  });
});

describe('the text report', () => {
  it('reads as a developer needs it: place first, then what, how much, and who holds it', () => {
    assert.equal(
      renderText(reportOf(sampleResult())),
      `open and close details  3.2 s
  Leak (minor): 1 finding

  src/shop.ts:9:17: minor leak: 1 DetailsPanel (2.0 KB) survives each iteration, kept in closedPanels
      to do     Remove it from closedPanels when it is no longer needed, limit how many that holds, or hold it weakly.
      made in   openDetails
                called by (anonymous) src/productList.ts:13:52
      kept at   src/shop.ts:15:16 in closeDetails
      held by   Window → closedPanels → [0] → DetailsPanel
      left      1 1 1 1 1 1 1 (by each counted iteration)
      retains   2.1 KB in all

  browser   Chromium 156.0; iterations: 3 warm-up, 7 counted
  growth    DOM nodes +9, JavaScript heap +2.0 KB an iteration; the findings keep 97 % of the bytes
  memory    90 MB at first, 92 MB at the end, peak 95 MB
  clean-up  complete: no process and no file left

1 check: 1 leaking (4.0 s)
  leak  src/shop.ts:9:17  DetailsPanel
`,
    );
  });

  it('says what to do when a check could not be made', () => {
    const text = renderText(reportOf(failed));
    assert.match(text, /Error: Nothing matches '#open'\.\n {2}Correct the selector\./);
  });

  it('never lets a page write escape sequences to the terminal', () => {
    const hostile = sampleResult({
      name: 'x\u001b[2Jy',
      findings: [{ ...panelFinding, name: '\u001b]0;owned\u0007Panel' }],
    });
    // eslint-disable-next-line no-control-regex -- that is what must not be there
    assert.doesNotMatch(renderText(reportOf(hostile)), /[\u001b\u0007]/);
  });
});

describe('machine-readable reports', () => {
  it('json carries schema, tool, exit code and the checks as they are', () => {
    const parsed = JSON.parse(renderJson(reportOf(sampleResult())));
    assert.equal(parsed.schema, 1);
    assert.equal(parsed.tool.name, 'leakwright');
    assert.match(parsed.tool.version, /^\d+\.\d+\.\d+/);
    assert.equal(parsed.exitCode, 1);
    assert.equal(parsed.checks[0].findings[0].allocatedAt.line, 9);
  });

  it('junit counts a leak as a failure and a check that could not run as an error', () => {
    const xml = renderJunit(reportOf(sampleResult({ name: 'a <b> & "c"' }), unreachable));
    assert.match(xml, /<testsuites name="leakwright" tests="2" failures="1" errors="1"/);
    assert.match(xml, /name="a &lt;b&gt; &amp; &quot;c&quot;"/);
    assert.match(xml, /<failure type="leak" message="1 DetailsPanel [^"]* at src\/shop\.ts:9:17">/);
  });

  it('junit is XML that parsers take, whatever a page calls its objects, with all findings in one failure', () => {
    const second = { ...panelFinding, name: 'Row \u0007\uFFFE\uD800 ]]>', retainedBy: ['Window', '<rows>'] };
    const xml = renderJunit(reportOf(sampleResult({ findings: [panelFinding, second] })));
    assert.equal(xml.match(/<failure/g)!.length, 1);
    assert.match(xml, /message="1 DetailsPanel [^"]*; and 1 more"/);
    assert.match(xml, /\n {2}held by Window → &lt;rows&gt;/);
    // eslint-disable-next-line no-control-regex -- what XML 1.0 has no way to write
    assert.doesNotMatch(xml, /[\u0000-\u0008\uFFFE\uFFFF]|\p{Surrogate}/u);
  });

  it('junit and annotations fail for what fails the run, and show the rest', () => {
    const minor = createReport([sampleResult(), sampleResult({ verdict: 'inconclusive', findings: [] })], {
      startedAt: '2026-11-21T10:00:00.000Z',
      durationMs: 1,
      failOn: 'critical',
    });
    const xml = renderJunit(minor);
    assert.match(xml, /tests="2" failures="0" errors="0"/);
    assert.match(xml, /<skipped message="Inconclusive/);
    assert.doesNotMatch(xml, /<failure/);
    assert.deepEqual(
      renderGithubAnnotations(minor)
        .trim()
        .split('\n')
        .map((line) => line.split(' ', 1)[0]),
      ['::warning', '::warning'],
    );
    assert.match(renderText(minor), /none fails this run/);
  });

  it('every format points at the line of the user’s own code, where a package made it', () => {
    const made = { ...panelFinding.allocatedAt!, file: 'node_modules/react-dom/client.js', line: 8626 };
    const kept = { ...panelFinding.allocatedAt!, file: 'src/store.ts', line: 10 };
    const report = reportOf(sampleResult({ findings: [{ ...panelFinding, allocatedAt: made, keptAt: kept }] }));
    assert.match(renderText(report), /\n  leak {2}src\/store\.ts:10:17 /);
    const keptByPackage = { ...panelFinding, allocatedAt: kept, keptAt: made };
    const other = reportOf(sampleResult({ findings: [keptByPackage] }));
    assert.match(renderGithubAnnotations(other), /file=src\/store\.ts,line=10,/);
  });

  it('annotations start at the root of the repository, and have no file where there is none', () => {
    assert.match(renderGithubAnnotations(reportOf(sampleResult()), 'apps/shop'), /file=apps\/shop\/src\/shop\.ts,/);
    const site = { ...panelFinding.allocatedAt!, file: 'http://127.0.0.1:4173/app.js' };
    const elsewhere = sampleResult({ findings: [{ ...panelFinding, allocatedAt: site, keptAt: site }] });
    assert.match(renderGithubAnnotations(reportOf(elsewhere)), /^::error title=Leakwright::1 Details/);
  });

  it('markdown says the answer first, and fits into a comment however much leaks', () => {
    const markdown = renderMarkdown(reportOf(sampleResult(), clean));
    assert.match(markdown, /^## 🔴 Leakwright: 1 memory leak\n/);
    assert.match(markdown, /made at `src\/shop\.ts:9:17` in `openDetails`/);
    assert.match(renderMarkdown(reportOf(clean)), /^## 🟢 Leakwright: no memory leaks\n/);
    const many = Array.from({ length: 300 }, (_, index) =>
      sampleResult({ name: `check ${index}`, findings: Array.from({ length: 30 }, () => panelFinding) }),
    );
    const long = renderMarkdown(reportOf(...many));
    assert.ok(long.length < 65_536, `${long.length} characters`);
    assert.match(long, /too long for a comment/);
  });

  it('html is one file that loads and runs nothing, with a chart that a screen reader can tell', () => {
    const html = renderHtml(reportOf(sampleResult()));
    assert.doesNotMatch(html, /<script|<link|<img|https?:\/\/(?!127)|url\(/);
    assert.match(html, /default-src 'none'/);
    assert.match(html, /<svg role="img" aria-label="nodes: 100 to 109 over iterations 1 to 2"/);
  });

  it('what is bounded is shown a few times only', () => {
    const bounded = Array.from({ length: 40 }, (_, index) => ({
      name: `cache ${index}`,
      reason: 'it stopped growing',
    }));
    const text = renderText(reportOf({ ...clean, bounded }));
    assert.equal(text.match(/not a leak: cache/g)!.length, 5);
    assert.match(text, /35 more of the kind/);
  });

  it('says that leaks are ignored instead of that there are none', () => {
    const ignored = { ...clean, findings: [{ ...panelFinding, ignored: 'a cache by design' }] };
    assert.match(renderText(reportOf(ignored)), /Clean: 1 leak ignored[^]*ignored +a cache by design/);
  });

  it('annotations of GitHub Actions point at the line, and page text cannot forge another command', () => {
    const hostile = sampleResult({ findings: [{ ...panelFinding, name: 'Panel\n::error::forged' }] });
    const lines = renderGithubAnnotations(reportOf(hostile)).trimEnd().split('\n');
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /^::error file=src\/shop\.ts,line=15,col=16,title=Leakwright::1 Panel/);
  });

  it('markdown and html show page text as text', () => {
    const hostile = sampleResult({
      name: '<img src=x onerror=alert(1)> [click](javascript:x)',
      findings: [{ ...panelFinding, name: '<script>alert(1)</script>', holder: 'a|b' }],
    });
    assert.doesNotMatch(renderHtml(reportOf(hostile)), /<(img|script)/);
    const markdown = renderMarkdown(reportOf(hostile));
    assert.doesNotMatch(markdown, /(^|[^\\])<(img|script)/);
    assert.match(markdown, /\\\[click\\\]\\\(javascript/);
  });
});

describe('a baseline', () => {
  const accepted = parseBaseline(renderJson(reportOf(sampleResult())), 'base.json');

  it('lets known leaks pass that did not grow', () => {
    const result = applyBaseline(sampleResult(), accepted);
    assert.equal(result.verdict, 'clean');
    assert.equal(result.findings[0]!.ignored, 'known from the baseline');
  });

  it('fails on a new leak, and on a known one that grew', () => {
    assert.equal(
      applyBaseline(sampleResult({ findings: [{ ...panelFinding, fingerprint: 'new' }] }), accepted).verdict,
      'leak',
    );
    assert.equal(
      applyBaseline(sampleResult({ findings: [{ ...panelFinding, bytesPerIteration: 9000 }] }), accepted).verdict,
      'leak',
    );
  });

  it('is refused with the reason when it is not a report', () => {
    assert.throws(() => parseBaseline('{"schema":7}', 'base.json'), { code: 'usage', message: /base\.json.*schema 1/ });
    assert.throws(() => parseBaseline('nope', 'base.json'), { message: /not JSON/ });
  });
});
