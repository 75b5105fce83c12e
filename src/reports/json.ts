import { jsonText } from '../support/index.ts';
import type { Report } from './report.ts';

export function renderJson(report: Report): string {
  return `${jsonText(report, 2)}\n`;
}
