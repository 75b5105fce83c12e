import { applicationProjects } from './applications.ts';
import { MENDED } from './leaks.ts';
import { plainProjects } from './plain.ts';
import type { FreshProject } from './project.ts';
import { viteProjects } from './vite.ts';

export const projects: readonly FreshProject[] = [...plainProjects, ...viteProjects, ...applicationProjects];

/** The files of a project whose panels are mended at whatever address. */
export const mendedFiles = ({ files }: FreshProject): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(files).map(([file, text]) => [file, text.replaceAll(MENDED, 'true')]));
