import { findBrowserTrees } from '../browsers/index.ts';
import { type JournalEntry, readJournal } from '../journal/index.ts';
import type { ProcessReader, ProcessTable } from '../processes/index.ts';
import { findLeftServers } from './agentServers.ts';
import { createTreeProbe } from './clients.ts';
import { type DecideOwnershipOptions, decideOwnership } from './decideOwnership.ts';
import { type Unfinished, readUnfinished } from './endingNotes.ts';
import type { LeftServer, OwnedTree } from './model.ts';

export interface SurveyOptions extends Omit<DecideOwnershipOptions, 'trees' | 'table' | 'journal' | 'reader'> {
  readonly reader: ProcessReader;
  /** Which trees to look at. Default: all. */
  readonly filter?: (tree: OwnedTree) => boolean;
  /** Find servers that have lost their client, too. */
  readonly withServers?: boolean;
}

export interface Survey {
  readonly table: ProcessTable;
  readonly trees: readonly OwnedTree[];
  readonly journal: readonly JournalEntry[];
  readonly unfinished: Unfinished;
  /** Empty unless `withServers` is set. */
  readonly servers: readonly LeftServer[];
  /** What could not be read, for people. */
  readonly issues: readonly string[];
}

/** Takes a sample, finds the browsers in it and says whose each is. */
export async function survey(options: SurveyOptions): Promise<Survey> {
  // The table first: an entry is written before its browser runs, so the journal read after it has every browser in it.
  const table = await options.reader.readTable();
  const { entries, issues } = await readJournal();
  const found = findBrowserTrees(table);
  options.observations?.observe(found, table);
  const trees = await decideOwnership({ ...options, trees: found, table, journal: entries });
  const servers = options.withServers ? await findLeftServers(table, found, options.probe ?? createTreeProbe()) : [];
  const unfinished = await readUnfinished(table);
  return {
    table,
    trees: options.filter ? trees.filter(options.filter) : trees,
    journal: entries,
    unfinished,
    servers,
    issues,
  };
}
