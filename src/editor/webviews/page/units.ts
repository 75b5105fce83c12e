import { formatBytes } from '../../../support/index.ts';
import type { ChartLayout, Unit } from '../chartModel.ts';

/** A value for a person, as the rest of the editor writes it. */
export function formatValue(value: number, unit: Unit): string {
  switch (unit) {
    case 'bytes':
      return formatBytes(value);
    case 'percent':
      return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
    case 'count':
      return new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(value);
  }
}

/** A place on the horizontal axis; `short` leaves the seconds out. */
export function formatPlace(x: number, axis: ChartLayout['axis'], short = false): string {
  if (axis === 'iteration') return String(x);
  return new Intl.DateTimeFormat(document.documentElement.lang, {
    hour: '2-digit',
    minute: '2-digit',
    ...(short ? {} : { second: '2-digit' }),
  }).format(x);
}

/** Distances between two ticks that read well. */
export function tickSteps(unit: Unit): number[] {
  const steps: number[] = [];
  // 1, 2, 5 … 500 of each binary unit.
  if (unit === 'bytes') {
    for (let scale = 1; scale <= 1024 ** 4; scale *= 1024)
      for (let power = 1; power < 1000; power *= 10) steps.push(power * scale, 2 * power * scale, 5 * power * scale);
  } else for (let power = 1; power < 1e12; power *= 10) steps.push(power, 2 * power, 5 * power);
  return steps;
}
