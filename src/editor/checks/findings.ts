import { resolve } from 'node:path';
import {
  Diagnostic,
  DiagnosticRelatedInformation,
  DiagnosticSeverity,
  type Event,
  EventEmitter,
  Location,
  Position,
  Range,
  Uri,
  languages,
} from 'vscode';
import { type CheckResult, type Finding, leaksOf } from '../../leaks/index.ts';
import type { IsGone } from '../deletedFiles.ts';
import { type Place, type Problem, checkKey, errorProblem, toProblem } from './problem.ts';

/** Checks whose findings are kept; the one not run for longest makes room. */
const MAX_CHECKS = 200;

/** A run with the absolute path that its files are relative to. */
export interface KeptResult {
  readonly result: CheckResult;
  readonly folder: string;
}

/** A finding with the run it comes from. */
export interface LocatedFinding extends KeptResult {
  readonly finding: Finding;
}

/** A finding where it is shown. */
export interface ShownFinding extends LocatedFinding {
  readonly problem: Problem;
}

/** What is known of a check: its last verdict, and why it could not be done since, if so. */
interface Kept {
  /** The absolute path of the scenario's file, if it has one. */
  readonly scenario: string | undefined;
  readonly shown: readonly ShownFinding[];
  /** The run they are of. */
  readonly source?: KeptResult;
  /** Findings that count, with and without a line in the workspace. */
  readonly leaks: number;
  /** At its step in the scenario. */
  readonly failure: Problem | undefined;
}

const NOTHING = { shown: [], leaks: 0 } as const satisfies Partial<Kept>;

const SEVERITY = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
} as const;

/** Findings of the latest run of each check, as Problems at their lines. */
export class Findings {
  readonly #collection = languages.createDiagnosticCollection('leakwright');
  readonly #changed = new EventEmitter<void>();
  /** The most recent run is last. No LRU cache, which would be an eighth of the code loaded at activation. */
  readonly #checks = new Map<string, Kept>();
  /** By the run that no longer has them: what its check found before. */
  readonly #gone = new WeakMap<CheckResult, readonly Finding[]>();
  readonly onDidChange: Event<void> = this.#changed.event;

  /** A run's result replaces what the same check found before. One that could not tell leaves that as it is. */
  accept(result: CheckResult, folder: string): void {
    const key = checkKey(result, folder);
    const isVerdict = result.verdict === 'leak' || result.verdict === 'clean';
    if (isVerdict) {
      const now = new Set(result.findings.map(({ fingerprint }) => fingerprint));
      const before = this.#checks.get(key)?.source?.result.findings ?? [];
      this.#gone.set(
        result,
        before.filter(({ fingerprint, ignored }) => ignored === undefined && !now.has(fingerprint)),
      );
    }
    const known = isVerdict ? keep(result, folder) : (this.#checks.get(key) ?? NOTHING);
    const scenario = result.file === undefined ? undefined : resolve(folder, result.file);
    const kept = { ...known, scenario, failure: result.error && errorProblem(result.error, folder) };
    if (kept.shown.length === 0 && kept.leaks === 0 && !kept.failure) {
      if (!this.#checks.delete(key)) return;
    } else {
      this.#checks.delete(key);
      this.#checks.set(key, kept);
      for (const oldest of this.#checks.keys()) if (this.#checks.size > MAX_CHECKS) this.#checks.delete(oldest);
    }
    this.#show();
  }

  /** What Problems showed before this window was loaded again, where no check has said otherwise since. */
  restore(results: readonly KeptResult[]): void {
    for (const { result, folder } of results)
      if (!this.#checks.has(checkKey(result, folder))) this.accept(result, folder);
  }

  /** What is shown, by the runs it is of. */
  get results(): readonly KeptResult[] {
    return [...this.#checks.values()].flatMap(({ source }) => (source ? [source] : []));
  }

  /** What the same check found before this run, which has it no more. */
  goneWith(result: CheckResult): readonly Finding[] {
    return this.#gone.get(result) ?? [];
  }

  /** All that is shown in a file: made, kept or called there. */
  in(uri: Uri): readonly ShownFinding[] {
    const touches = ({ problem: { place, related } }: ShownFinding) =>
      [place, ...related.map((one) => one.place)].some(({ path }) => Uri.file(path).path === uri.path);
    return uri.scheme === 'file' ? [...this.#checks.values()].flatMap(({ shown }) => shown.filter(touches)) : [];
  }

  /** The findings at a line of a file, counted from 0 as the editor does. */
  at(uri: Uri, line: number): readonly ShownFinding[] {
    if (uri.scheme !== 'file') return [];
    return [...this.#checks.values()]
      .flatMap(({ shown }) => shown)
      .filter(({ problem }) => problem.place.line === line + 1 && Uri.file(problem.place.path).path === uri.path);
  }

  /** A finding of the latest run of its check, with or without a line in the workspace. */
  find(fingerprint: string): LocatedFinding | undefined {
    return findIn(this.results, fingerprint);
  }

  /** Shows every finding of this fingerprint as ignored, until a run says otherwise. */
  ignore(fingerprint: string, reason: string): void {
    for (const [key, kept] of this.#checks) {
      const { result, folder } = kept.source ?? {};
      if (!result?.findings.some((finding) => finding.fingerprint === fingerprint) || folder === undefined) continue;
      const findings = result.findings.map((finding) =>
        finding.fingerprint === fingerprint ? { ...finding, ignored: reason } : finding,
      );
      this.#checks.set(key, { ...kept, ...keep({ ...result, findings }, folder) });
    }
    this.#show();
  }

  /** Removes the findings of scenarios whose files are deleted: no later check would replace them. */
  forget(isGone: IsGone): void {
    const gone = [...this.#checks].filter(([, { scenario }]) => scenario !== undefined && isGone(scenario));
    for (const [key] of gone) this.#checks.delete(key);
    if (gone.length > 0) this.#show();
  }

  /** Confirmed leaks of the latest runs. */
  get leaks(): number {
    return [...this.#checks.values()].reduce((sum, { leaks }) => sum + leaks, 0);
  }

  clear(): void {
    if (this.#checks.size === 0) return;
    this.#checks.clear();
    this.#show();
  }

  dispose(): void {
    this.#collection.dispose();
    this.#changed.dispose();
  }

  #show(): void {
    const byFile = new Map<string, Diagnostic[]>();
    for (const { shown, failure } of this.#checks.values()) {
      for (const problem of [...shown.map((one) => one.problem), ...(failure ? [failure] : [])]) {
        const { path } = problem.place;
        byFile.set(path, [...(byFile.get(path) ?? []), toDiagnostic(problem)]);
      }
    }
    this.#collection.clear();
    this.#collection.set([...byFile].map(([path, diagnostics]) => [Uri.file(path), diagnostics]));
    this.#changed.fire();
  }
}

/** The finding of this fingerprint in the first of these results that has it. */
export function findIn(results: readonly KeptResult[], fingerprint: string): LocatedFinding | undefined {
  for (const { result, folder } of results) {
    const finding = result.findings.find((one) => one.fingerprint === fingerprint);
    if (finding) return { finding, result, folder };
  }
  return undefined;
}

function keep(result: CheckResult, folder: string): Pick<Kept, 'shown' | 'leaks' | 'source'> {
  const shown = result.findings.flatMap((finding) => {
    const problem = toProblem(finding, folder);
    return problem ? [{ finding, problem, result, folder }] : [];
  });
  return {
    shown,
    source: { result, folder },
    leaks: leaksOf(result.findings).length,
  };
}

export function locationOf(place: Place): Location {
  return new Location(Uri.file(place.path), new Position(place.line - 1, place.column - 1));
}

function toDiagnostic(problem: Problem): Diagnostic {
  const { range } = locationOf(problem.place);
  // An empty range is underlined as the word it stands at.
  const diagnostic = new Diagnostic(new Range(range.start, range.start), problem.message, SEVERITY[problem.level]);
  diagnostic.source = 'leakwright';
  diagnostic.code = problem.code;
  diagnostic.relatedInformation = problem.related.map(
    ({ place, message }) => new DiagnosticRelatedInformation(locationOf(place), message),
  );
  return diagnostic;
}
