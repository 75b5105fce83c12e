/** What Playwright's recorder writes around the steps, for its target `javascript`. */
const FRAME = [
  /^const (?:browser|context|page) = /,
  /^await (?:context|browser)\.close\(\);$/,
  /^await page\.close\(\);$/,
];

/**
 * The steps of a recording by Playwright (`codegen --target javascript`), as statements that use `page`: without the launch
 * and the first visit, which a check does itself.
 *
 * @throws nothing: text that is no recording has no steps
 */
export function recordedSteps(recording: string): readonly string[] {
  const begin = /^\(async \(\) => \{$/m.exec(recording);
  if (!begin) return [];
  const end = recording.indexOf('\n})();', begin.index);
  const lines = recording.slice(begin.index + begin[0].length, end === -1 ? undefined : end).split('\n');
  const steps: string[] = [];
  let visited = false;
  let inOptions = false;
  for (const raw of lines) {
    const line = raw.replace(/^ {2}/, '').trimEnd();
    if (inOptions) {
      // `chromium.launch({` and `newContext({` go on until their own closing bracket.
      inOptions = !line.startsWith('});');
      continue;
    }
    if (line === '' || line.startsWith('// ----')) continue;
    if (FRAME.some((pattern) => pattern.test(line))) {
      inOptions = line.endsWith('{');
      continue;
    }
    if (!visited && line.startsWith('await page.goto(')) {
      visited = true;
      continue;
    }
    steps.push(line);
  }
  return steps;
}
