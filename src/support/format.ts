const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** Bytes for a person, in binary steps: `0 B`, `812 KB`, `1.4 GB`. Whole numbers from 10 up, one decimal below. */
export function formatBytes(bytes: number): string {
  const sign = bytes < 0 ? '-' : '';
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const text = value >= 10 || unit === 0 ? value.toFixed(0) : value.toFixed(1);
  return `${sign}${text} ${UNITS[unit]}`;
}

/** Milliseconds for a person: `850 ms`, `4.2 s`, `3 min`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** `1 page`, `2 pages`. */
export function count(n: number, singular: string, plural = `${singular}s`): string {
  return `${n} ${n === 1 ? singular : plural}`;
}

/** Ends a sentence, unless it has its end: `'clicks' is not known: did you mean 'click'?` */
export const endSentence = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`);
