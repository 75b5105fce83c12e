import { basename } from 'node:path';
import type { Leftover } from '../../browsers/index.ts';
import { formatBytes, formatDuration, plainText } from '../../support/index.ts';
import { t } from '../translate.ts';
import type { RowLook } from './row.ts';

/** The group of all leftovers, with their total size. */
export function lookOfLeftovers(leftovers: readonly Leftover[]): RowLook {
  const size = formatBytes(leftovers.reduce((sum, { bytes }) => sum + bytes, 0));
  const label = t('Leftover files');
  return {
    label,
    description: `${leftovers.length} · ${size}`,
    icon: 'files',
    context: 'group leftovers',
    spoken: t('{0}, {1} folders, {2}', label, leftovers.length, size),
  };
}

export function lookOfLeftover(leftover: Leftover): RowLook {
  const label = plainText(basename(leftover.path), 80);
  const size = formatBytes(leftover.bytes);
  const age = ageOf(leftover.ageMs);
  const kept = leftover.removable || leftover.ripensInMs !== undefined ? '' : t('stays');
  return {
    label,
    description: [size, age, kept].filter(Boolean).join(' · '),
    icon: kept === '' ? 'folder' : 'lock',
    context: leftover.removable ? 'leftover removable' : 'leftover',
    spoken: [label, kindOf(leftover), size, age, kept].filter(Boolean).join(', '),
  };
}

/** For the tooltip: what it is, and whether it may go. */
export function leftoverFacts(leftover: Leftover): string[] {
  const { path, bytes, ageMs, removable, reason, ripensInMs } = leftover;
  return [
    path,
    kindOf(leftover),
    t('{0} on disk, unchanged for {1}', formatBytes(bytes), formatDuration(ageMs)),
    removable
      ? t('Its browser is gone: it can be removed.')
      : ripensInMs === undefined
        ? t('It stays: {0}.', reason ?? '')
        : t('It stays for now: {0}.', reason ?? ''),
  ].map((fact) => plainText(fact, 300));
}

/** In words that change seldom: a row that counts seconds would be drawn anew with every look. */
function ageOf(ageMs: number): string {
  const minutes = Math.floor(ageMs / 60_000);
  if (minutes < 1) return t('new');
  if (minutes < 60) return t('{0} min old', minutes);
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? t('{0} h old', hours) : t('{0} days old', Math.floor(hours / 24));
}

function kindOf({ kind, createdBy }: Leftover): string {
  switch (kind) {
    case 'profile':
      return createdBy === 'puppeteer'
        ? t("Puppeteer's profile of a browser")
        : createdBy === 'playwright'
          ? t("Playwright's profile of a browser")
          : t('Profile of a browser');
    case 'artifacts':
      return t("Playwright's folder for traces, videos and downloads");
    case 'scoped-dir':
      return t('Temporary folder of a browser or its driver');
    case 'session-folder':
      return t('Folder of a Leakwright session');
    case 'mcp-profile':
      return t("Profile of an agent's browser, kept on purpose");
  }
}
