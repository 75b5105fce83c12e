/** The editor's theme as the canvas needs it: values, not variables. */

/** A theme colour (`charts-blue`), as it is now; a system colour where the theme has none. */
export function themeColour(name: string): string {
  const value = getComputedStyle(document.documentElement).getPropertyValue(`--vscode-${name}`).trim();
  return value === '' ? 'CanvasText' : value;
}

/** The editor changes the body's class and the variables on the root element, nothing else tells. */
export function onThemeChange(listener: () => void): void {
  const observer = new MutationObserver(listener);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}

export function prefersReducedMotion(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
