/**
 * What the editor says, in which languages: the texts in the code (`t('…')` in src/editor) and those of the manifest
 * (`%key%` in package.json), against `l10n/bundle.l10n.*.json` and `package.nls.*.json`. A unit test holds them
 * together; `npm run l10n` writes what follows from the code by itself.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join, relative } from 'node:path';
import { type CallExpression, type Node, parse } from 'acorn';

const repository = join(import.meta.dirname, '..', '..');

/** English text, or key of the manifest, to its translation. */
export type Texts = Readonly<Record<string, string>>;

export interface CodeTexts {
  readonly texts: ReadonlySet<string>;
  /** Calls whose text nobody could translate, as `file:line: what is wrong`. */
  readonly mistakes: readonly string[];
}

/** A table of translations beside the table of English texts that it must agree with. */
export interface Table {
  readonly file: string;
  readonly language: string;
  readonly texts: Texts;
}

/** Every text that src/editor hands to the translator. */
export function readCodeTexts(folder = join(repository, 'src', 'editor')): CodeTexts {
  const texts = new Set<string>();
  const mistakes: string[] = [];
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || name.endsWith('.d.ts')) continue;
    const file = join(folder, name);
    const source = readFileSync(file, 'utf8');
    for (const call of callsOfT(source)) {
      const where = `${relative(repository, file)}:${call.loc!.start.line}`;
      const text = literal(call.arguments[0]);
      if (text === undefined) {
        mistakes.push(`${where}: the text of t() must be written there as one string, or no translator ever sees it`);
        continue;
      }
      texts.add(text);
      const wanted = new Set(placeholders(text)).size;
      const given = call.arguments.length - 1;
      if (given !== wanted && !call.arguments.some(({ type }) => type === 'SpreadElement')) {
        mistakes.push(`${where}: ${JSON.stringify(text)} has ${wanted} placeholders and is given ${given} values`);
      }
    }
  }
  return { texts, mistakes };
}

/** `{0}`, `{1}` … in a text, sorted; the same ones must be in its translation, in whatever order its grammar wants. */
export function placeholders(text: string): string[] {
  return (text.match(/\{\d+\}/g) ?? []).sort();
}

/** What a translation must keep beside the placeholders: the commands behind links, settings, icons, code. */
export function fixedParts(text: string): string[] {
  return [...(text.match(/\]\([^)]*\)|\$\([a-z-]+\)|`[^`]*`/g) ?? []), ...placeholders(text)].sort();
}

/** The keys (`%key%`) that package.json uses. */
export function readManifestKeys(): string[] {
  const keys = new Set<string>();
  const visit = (value: unknown) => {
    if (typeof value === 'string') {
      const key = /^%([^%]+)%$/.exec(value)?.[1];
      if (key !== undefined) keys.add(key);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  visit(JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')));
  return [...keys];
}

/** Fields of package.json whose text people read. `title` of a section that is only our name needs no translation. */
const READ_BY_PEOPLE =
  /^(?:title|shortTitle|name|contextualTitle|contents|label|description|markdownDescription|deprecationMessage|modelDescription|userDescription|displayName)$/;
const LISTS_READ_BY_PEOPLE = /^(?:enumDescriptions|markdownEnumDescriptions|enumItemLabels)$/;

/** What a language model is told of a tool is said in one language. */
const READ_BY_MODELS = new Set(['modelDescription', 'inputSchema']);

/** Texts of the manifest's contributions that are written there and not in package.nls.json, as `path: text`. */
export function readPlainManifestTexts(): string[] {
  const found: string[] = [];
  const visit = (value: unknown, path: string, field: string) => {
    if (typeof value === 'string') {
      if (READ_BY_PEOPLE.test(field) && /[A-Za-z]/.test(value) && !/^(?:%[^%]+%|leakwright[\w.-]*)$/i.test(value)) {
        found.push(`${path}: ${value}`);
      }
    } else if (Array.isArray(value)) {
      const inner = LISTS_READ_BY_PEOPLE.test(field) ? 'description' : '';
      (value as unknown[]).forEach((one, index) => visit(one, `${path}[${index}]`, inner));
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, one] of Object.entries(value)) {
        if (READ_BY_MODELS.has(key)) continue;
        visit(one, `${path}.${key}`, path.endsWith('.properties') ? '' : key);
      }
    }
  };
  const { contributes } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
    contributes: unknown;
  };
  visit(contributes, 'contributes', '');
  return found;
}

/** English, and each language there is beside it. */
export function readTables(kind: 'manifest' | 'code'): { english: Table; others: Table[] } {
  const [folder, pattern] =
    kind === 'manifest' ? ['', /^package\.nls(?:\.([\w-]+))?\.json$/] : ['l10n', /^bundle\.l10n(?:\.([\w-]+))?\.json$/];
  const tables = readdirSync(join(repository, folder))
    .filter((name) => pattern.test(name))
    .map((name): Table => {
      const file = join(folder, name);
      const texts = JSON.parse(readFileSync(join(repository, file), 'utf8')) as Texts;
      return { file, language: pattern.exec(name)?.[1] ?? 'en', texts };
    });
  const english = tables.find(({ language }) => language === 'en');
  if (!english) throw new Error(`There is no English table of the ${kind}'s texts.`);
  return { english, others: tables.filter((table) => table !== english) };
}

/** Replaces a table's file, sorted by key: two branches that add texts then seldom meet on one line. */
export function writeTable(file: string, texts: Texts): void {
  const sorted = Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  writeFileSync(join(repository, file), `${JSON.stringify(sorted, null, 2)}\n`);
}

function callsOfT(source: string): CallExpression[] {
  // Stripping leaves blanks where types were: lines stay where they are.
  const program = parse(stripTypeScriptTypes(source), { ecmaVersion: 'latest', sourceType: 'module', locations: true });
  const calls: CallExpression[] = [];
  const visit = (node: Node) => {
    if (isCallOfT(node)) calls.push(node);
    for (const value of Object.values(node) as unknown[]) {
      for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) if (isNode(child)) visit(child);
    }
  };
  visit(program);
  return calls;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

function isCallOfT(node: Node): node is CallExpression {
  const { callee } = node as CallExpression;
  return node.type === 'CallExpression' && callee.type === 'Identifier' && callee.name === 't';
}

function literal(node: Node | undefined): string | undefined {
  const { value } = (node ?? {}) as { value?: unknown };
  return node?.type === 'Literal' && typeof value === 'string' ? value : undefined;
}
