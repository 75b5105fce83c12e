import { plainText } from '../support/index.ts';

/** Text as HTML text or attribute value: no tag, attribute or entity may come of it. */
export function escapeHtml(text: string, maxLength = 2000): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return plainText(text.toWellFormed(), maxLength).replace(/[&<>"']/g, (character) => entities[character]!);
}
