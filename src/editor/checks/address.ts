/** An address as people type it: `localhost:3000` is one. Undefined for what is none. */
export function normalizeUrl(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const hasScheme = /^(?:https?|file):\/\//i.test(trimmed);
  // `htp:/shop` is a typing error, `localhost:3000` has a port.
  if (!hasScheme && /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(trimmed)) return undefined;
  const address = hasScheme ? trimmed : `http://${trimmed}`;
  return URL.canParse(address) && !/\s/.test(address) ? new URL(address).href : undefined;
}

/** `>>>` and not `>>`: that one is part of Playwright's selectors, as a comma and `>` are. */
export function splitSelectors(text: string): string[] {
  return text
    .split('>>>')
    .map((selector) => selector.trim())
    .filter(Boolean);
}
