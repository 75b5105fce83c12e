import type { PlantedLeak } from './leaks.ts';

/**
 * A project as its tool makes it. Its page opens and closes a panel with `#toggle`: which one, and whether it leaks, says the
 * query (`?leak=timer`, `?leak=timer&mended`).
 */
export interface FreshProject {
  readonly name: string;
  readonly dependencies: readonly string[];
  /** The file that leaks. */
  readonly panel: (leak: PlantedLeak) => string;
  readonly files: Readonly<Record<string, string>>;
  /** Serves the sources at the port; absent where the tool has no development server. */
  readonly dev?: (port: number) => readonly string[];
  readonly build?: readonly string[];
  /** Serves what was built: a command, or a folder of files. */
  readonly built: ((port: number) => readonly string[]) | string;
}

export const html = (script: string, body = '<div id="app"></div>'): string =>
  `<!doctype html>\n<html><head><meta charset="utf-8"><title>Fresh</title></head>\n<body>${body}\n${script}</body></html>\n`;
export const modulePackage = JSON.stringify({ private: true, type: 'module' }, null, 2);
