import type { SourceAnswers } from './answers.ts';

/** What the leak run and its source worker say to each other. Plain data: it is cloned between threads. */

export interface WorkerData {
  readonly workspaceFolder: string;
  readonly baseUrl: string;
}

export type Question = keyof SourceAnswers;

export type ToWorker =
  | { readonly type: 'ask'; readonly id: number; readonly question: Question; readonly args: readonly unknown[] }
  | { readonly type: 'text'; readonly url: string; readonly text: string | undefined; readonly mapUrl?: string };

export type FromWorker =
  | { readonly type: 'read'; readonly url: string }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
