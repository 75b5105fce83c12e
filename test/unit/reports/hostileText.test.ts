import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { marked } from 'marked';
import { parse } from 'parse5';
import { answer } from '../../../src/agents/answer.ts';
import { describeCheck, explainFinding } from '../../../src/agents/checks/checkAnswer.ts';
import { errorProblem, toProblem } from '../../../src/editor/checks/problem.ts';
import type { CheckResult, Finding, SourceSite } from '../../../src/leaks/index.ts';
import {
  type Report,
  renderGithubAnnotations,
  renderHtml,
  renderJson,
  renderJunit,
  renderMarkdown,
  renderText,
} from '../../../src/reports/index.ts';
import { eachText, plainLines, plainText } from '../../../src/support/index.ts';
import { panelFinding, sampleResult } from './sampleResult.ts';

/** What one destination or another would act on, each with what it does there. */
const ATTACKS = [
  '\u001b[2J\u001b[1;1H', // clears the screen
  '\u001b]8;;http://evil.test\u0007click\u001b]8;;\u0007', // a link
  '\u001b]52;c;aGk=\u0007', // writes the clipboard
  '\u009b2J\u009d0;title\u009c\u0090q\u0098', // the same with one-character controls
  '\r\nleakwright: clean\r\n', // a line of its own
  '\u2028\u2029\u0085\v\f', // line ends of other parsers
  '\u202egnp.exe\u202c\u2066x\u2069\u200f\u061c', // other directions
  '\u200b\u2060\ufeff\u{e0041}', // unseen
  '::error file=a.ts::x', // GitHub
  '\n  ::set-output name=a::b',
  ':\u200d:stop-commands::x',
  ':\u200b:warning::x',
  '##[error]x', // GitHub's older form, Azure's formatting
  '#\u200d#[group]x',
  '##vso[task.setvariable variable=PATH]x', // Azure
  '##VSO[task.complete result=Failed]x',
  "##teamcity[buildStatus status='SUCCESS']",
  '@octocat @org/team a@b.test', // mentions
  '#1 GH-2 owner/repo#3 !4 $5 %6 ~"label" &7', // issues, merge requests and more
  'https://evil.test/x www.evil.test ftp://evil.test [a](http://evil.test) <http://evil.test> ![i](http://evil.test/p)',
  '<script>alert(1)</script><img src=x onerror=alert(1)><!-- --></details>',
  '"><svg onload=alert(1)>\' onclick=x `',
  '| a | b | `code` **bold** _em_ ~~no~~ $x$ # h\n- item\n1. item\n> quote\n```\nfence',
  ']]></failure><failure message="x">&amp;&#0;&#x1b;',
  '\u0000\ufffe\uffff\ud800',
];
const HOSTILE = ATTACKS.join(' ');

/** A report in which every text is hostile, but for the words that say what kind of thing something is. */
function hostileReport(attack: string): Report {
  const KINDS = new Set(['verdict', 'severity', 'mode', 'kind', 'precision', 'leakSeverity', 'schema', 'startedAt']);
  const BECAUSE = { rule: 'x', reason: 'x', numbers: { text: 'x', texts: ['x'], number: 1 } };
  const finding = {
    ...panelFinding,
    allocatedAt: { ...panelFinding.allocatedAt!, file: 'x', role: 'x', excerpt: 'x', calls: 'x' },
    keptAt: { ...panelFinding.keptAt!, file: 'y', role: 'x', excerpt: 'y', calls: 'y' },
    retainedBy: ['a', 'b'],
    because: BECAUSE,
    parts: [
      { name: 'x', perIteration: 1 },
      { name: 'click listener on x', perIteration: 2 },
    ],
    advice: 'x',
    component: 'x',
    library: {
      name: 'x',
      version: 'x',
      made: { file: 'x', line: 1, column: 1, function: 'x' },
      kept: { file: 'x', line: 1, column: 1, function: 'x' },
      likelyAtFault: true,
    },
  };
  const one = sampleResult({
    file: 'x',
    steps: ['x', 'x'],
    because: BECAUSE,
    findings: [finding, { ...finding, ignored: 'x' }],
    bounded: [{ name: 'x', reason: 'x', holder: 'x', because: BECAUSE }],
    warnings: ['x'],
    recommendations: ['x'],
    cleanup: {
      ...sampleResult().cleanup,
      successful: false,
      issues: ['x'],
      files: { remaining: ['x'] },
      processes: { orphaned: [{ pid: 1, name: 'x' }] },
    },
  });
  const failed = sampleResult({
    verdict: 'error',
    findings: [],
    error: {
      code: 'x',
      message: 'x',
      hint: 'x',
      screenshot: 'x',
      at: { file: 'x', line: 1, column: 1, function: 'x' },
    },
  });
  const inconclusive = sampleResult({ verdict: 'inconclusive', findings: [], warnings: ['x'], because: BECAUSE });
  const poison = (value: unknown, name = ''): unknown => {
    if (typeof value === 'string') return KINDS.has(name) ? value : attack;
    if (Array.isArray(value)) return value.map((part) => poison(part, name));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, poison(part, key)]));
  };
  return {
    schema: 1,
    tool: { name: 'leakwright', version: attack },
    startedAt: one.startedAt,
    durationMs: 1,
    exitCode: 1,
    checks: [one, failed, inconclusive].map((check) => poison(check) as CheckResult),
  };
}

/** actions/runner, ActionCommand.cs: `::name …::` at the start of a line once blanks are trimmed; `##[name …]` anywhere. .NET compares without what nobody sees. */
function githubCommands(log: string): string[] {
  const lines = log.split(/\r\n|[\n\r]/).map((line) => line.replace(/\p{Default_Ignorable_Code_Point}/gu, ''));
  return lines.filter((line) => /^\s*::[\w-]+(?: [^\n]*?)?::/.test(line) || /##\[[\w-]+[^\]]*\]/.test(line));
}
/** azure-pipelines-agent, Command.cs: `##vso[area.action …]` anywhere in a line, in any case; TeamCity's messages likewise. */
function azureCommands(log: string): string[] {
  const seen = log.replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  return seen.match(/##(?:vso|teamcity)?\[[^\]\n]*\]/gi) ?? [];
}
// eslint-disable-next-line no-control-regex -- control characters are what this finds
const ACTED_ON_BY_TERMINALS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;
const REORDERS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

function assertSafeInLog(text: string, what: string): void {
  assert.doesNotMatch(text, ACTED_ON_BY_TERMINALS, what);
  assert.doesNotMatch(text, REORDERS, what);
  assert.deepEqual(githubCommands(text), [], what);
  assert.deepEqual(azureCommands(text), [], what);
}

const formats = {
  text: (report: Report) => renderText(report),
  json: renderJson,
  junit: renderJunit,
  markdown: renderMarkdown,
  html: renderHtml,
};

/** The places of a value's texts, as `checks[].findings[].name`. */
function textPlaces(value: unknown, place = ''): Set<string> {
  if (typeof value === 'string') return new Set([place]);
  if (Array.isArray(value)) return new Set(value.flatMap((part) => [...textPlaces(part, `${place}[]`)]));
  if (typeof value !== 'object' || value === null) return new Set();
  return new Set(Object.entries(value).flatMap(([name, part]) => [...textPlaces(part, `${place}.${name}`)]));
}

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** The places where a schema has a text that is none of a few words. */
function freeTexts(schema: Schema, place = ''): string[] {
  if (schema.type === 'string') return schema.enum === undefined && schema.const === undefined ? [place] : [];
  if (schema.items) return freeTexts(schema.items, `${place}[]`);
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) => freeTexts(part, `${place}.${name}`));
}

describe('a report whose every text is hostile', () => {
  const plain = hostileReport('x');

  it('has each text that a report may have', () => {
    const schema = JSON.parse(readFileSync('schema/report.json', 'utf8')) as Schema;
    const expected = freeTexts(schema);
    assert.ok(expected.includes('.checks[].steps[]') && expected.length > 40, String(expected));
    const places = textPlaces(plain);
    assert.deepEqual(
      expected.filter((place) => !places.has(place)),
      [],
    );
  });
  // One that is nothing but line ends comes to no text at all.
  const reports = [HOSTILE, ...ATTACKS]
    .filter((attack) => plainText(attack, 10_000) !== '')
    .map((attack) => hostileReport(attack));

  for (const [name, render] of Object.entries(formats)) {
    it(`as ${name}, does nothing to a terminal or the log of a CI server`, () => {
      for (const report of reports) assertSafeInLog(render(report), report.tool.version);
    });
  }

  it('as text, has the lines that it has without', () => {
    const lines = renderText(plain).split('\n').length;
    for (const report of reports) assert.ok(renderText(report).split('\n').length === lines, report.tool.version);
  });

  it('as annotations of GitHub, is the annotations that it is without, each with one title', () => {
    const commands = (report: Report): (string | undefined)[] =>
      renderGithubAnnotations(report)
        .trimEnd()
        .split('\n')
        .map(
          (line) =>
            /^::(error|warning|notice) (?:file=[^,:]*,)?(?:line=\d+,col=\d+,)?title=Leakwright::/.exec(line)?.[1],
        );
    for (const report of reports) {
      assert.deepEqual(commands(report), commands(plain), report.tool.version);
      assert.deepEqual(azureCommands(renderGithubAnnotations(report)), []);
    }
  });

  it('as JSON, keeps every text as it is', () => {
    for (const report of reports) assert.deepEqual(JSON.parse(renderJson(report)), JSON.parse(JSON.stringify(report)));
  });

  it('as Markdown, makes no link, image, tag or heading, mentions nobody and names no issue', () => {
    const elements = (markdown: string): string[] => tagsOf(marked.parse(markdown, { gfm: true, async: false }));
    const expected = elements(renderMarkdown(plain));
    for (const report of reports) {
      const markdown = renderMarkdown(report);
      assert.deepEqual(elements(markdown), expected, report.tool.version);
      const html = marked.parse(markdown, { gfm: true, async: false });
      // GitHub and GitLab look for these in the text outside of code, with the escapes resolved.
      const text = textOutsideCode(html);
      assert.doesNotMatch(text, /(?<![\w`])@\w/, 'mentions somebody');
      assert.doesNotMatch(text, /(?:#|GH-|!)\d/, 'names an issue');
      assert.doesNotMatch(text, /https?:\/\/|ftp:\/\/|www\./, 'links');
    }
  });

  it('as HTML, has the elements and attributes that it has without', () => {
    const expected = tagsOf(renderHtml(plain));
    for (const report of reports) assert.deepEqual(tagsOf(renderHtml(report)), expected, report.tool.version);
  });

  it('as JUnit, has the elements and attributes that it has without, and only characters that XML has', () => {
    const shape = (xml: string): string[] =>
      xml.match(/<[^>]*>/g)!.map((tag) => tag.replaceAll(/"[^"<>]*"/g, '""').replaceAll(/\s+/g, ' '));
    for (const report of reports) {
      const xml = renderJunit(report);
      assert.deepEqual(shape(xml), shape(renderJunit(plain)), report.tool.version);
      // eslint-disable-next-line no-control-regex -- what XML 1.0 leaves out
      assert.doesNotMatch(xml, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/);
      assert.doesNotMatch(xml, /&(?!(?:amp|lt|gt|quot|#39);)/);
    }
  });
});

// What a page says goes into the editor's list of problems, and to an agent that acts on what it reads.
describe('a finding whose every text is hostile', () => {
  const checksOf = (attack: string) => hostileReport(attack).checks as [CheckResult, CheckResult, CheckResult];
  const attacks = [HOSTILE, ...ATTACKS].filter((attack) => plainText(attack, 10_000) !== '');

  it('is a Problem of the lines that it has without, and none outside of the folder', () => {
    const texts = (attack: string): string[] => {
      const [{ findings }, { error }] = checksOf(attack);
      // Names of files that may be opened, so that there is a Problem at all.
      const inFile = (site: SourceSite, file: string): SourceSite => ({
        ...site,
        file,
        stack: site.stack.map((frame, at) => ({ ...frame, file: `${file}${at}` })),
      });
      const local = (finding: Finding): Finding => ({
        ...finding,
        allocatedAt: inFile(finding.allocatedAt!, 'src/a.ts'),
        keptAt: inFile(finding.keptAt!, 'src/b.ts'),
      });
      const problems = [
        ...findings.map((finding) => toProblem(local(finding), '/work')),
        errorProblem({ ...error!, at: { ...error!.at!, file: 'src/a.ts' } }, '/work'),
      ];
      return problems.flatMap((problem) => [
        problem!.message,
        problem!.code,
        ...problem!.related.map(({ message }) => message),
      ]);
    };
    const lines = (attack: string) => texts(attack).map((text) => text.split('\n').length);
    for (const attack of attacks) {
      assert.deepEqual(lines(attack), lines('x'), attack);
      for (const text of texts(attack)) assertSafeInLog(text, attack);
      for (const finding of checksOf(attack)[0].findings) {
        const place = toProblem(finding, '/work')?.place.path ?? '/work/none';
        assert.ok(place.startsWith('/work/'), place);
      }
    }
  });

  it('is answered to an agent in the lines that it has without', () => {
    const answers = (attack: string): string[] =>
      checksOf(attack)
        .flatMap((result) => [
          answer(describeCheck({ id: 'check-1', args: [], code: undefined, result }, '/nowhere').text, {}),
          ...result.findings.map((finding) => answer(explainFinding({ check: result.name, finding }), {})),
        ])
        .map(({ content }) => (content[0] as { text: string }).text);
    const lines = (attack: string) => answers(attack).map((text) => text.split('\n').length);
    for (const attack of attacks) {
      assert.deepEqual(lines(attack), lines('x'), attack);
      for (const text of answers(attack)) assertSafeInLog(text, attack);
    }
  });
});

describe('text for one line', () => {
  it('keeps what people write: emoji, words with joiners, addresses, C++ names', () => {
    for (const text of ['👩‍👩‍👧 ❤️', 'می‌خواهم', 'http://[::1]:8080/', 'std::vector', 'a # b', 'C#', '##', 'naïve – ok']) {
      assert.equal(plainText(text), text);
    }
  });

  it('is cut without half a character, however long it was', () => {
    assert.equal(plainText(`${'a'.repeat(198)}😀b`), `${'a'.repeat(198)}…`);
    assert.equal(plainText('\u001b'.repeat(5e7) + 'x').length <= 200, true);
  });

  it('may be several lines, each safe, with their indent', () => {
    assert.equal(
      plainLines('a\n  at b\n  ::error::c\u001b[1m'),
      'a\n  at b\n  : :error: :c [1m'.replace(': :c', '::c'),
    );
  });

  it('reaches every text of a value, and leaves the rest as it is', () => {
    const date = new Date(0);
    assert.deepEqual(
      eachText({ a: 'x', b: [1, 'y', { c: 'z' }], d: null, e: date }, (text) => text.toUpperCase()),
      { a: 'X', b: [1, 'Y', { c: 'Z' }], d: null, e: date },
    );
  });
});

interface Parsed {
  readonly tagName?: string;
  readonly nodeName: string;
  readonly value?: string;
  readonly attrs?: readonly { readonly name: string }[];
  readonly childNodes?: readonly Parsed[];
}

/** Each element of a document with the names of its attributes, in order. */
function tagsOf(html: string): string[] {
  const tags: string[] = [];
  const visit = (node: Parsed): void => {
    if (node.tagName) tags.push([node.tagName, ...(node.attrs ?? []).map(({ name }) => name)].join(' '));
    node.childNodes?.forEach(visit);
  };
  visit(parse(html));
  return tags;
}

function textOutsideCode(html: string): string {
  const texts: string[] = [];
  const visit = (node: Parsed): void => {
    if (node.tagName === 'code') return;
    if (node.nodeName === '#text') texts.push(node.value ?? '');
    node.childNodes?.forEach(visit);
  };
  visit(parse(html));
  return texts.join('\n');
}
