import { z } from 'zod';
import { LeakwrightError } from '../support/index.ts';

/**
 * An address that an agent may open. No `file:` address: a page's text may try to make the agent read files of this machine.
 */
export const webUrl = z.url({ protocol: /^https?$/ });

/** One click of an iteration: a Playwright selector, or what a person sees. */
export const stepSchema = z.union([
  z.string().min(1).max(500),
  z.object({ role: z.string().regex(/^[a-z]+$/), name: z.string().min(1).max(200).optional() }),
  z.object({ text: z.string().min(1).max(200) }),
]);

/** The step as a selector of Playwright's. */
export function selectorOf(step: z.infer<typeof stepSchema>): string {
  if (typeof step === 'string') return step;
  if ('text' in step) return `text=${JSON.stringify(step.text)}`;
  return step.name === undefined ? `role=${step.role}` : `role=${step.role}[name=${JSON.stringify(step.name)}]`;
}

/** A scenario around an agent's statements. @throws LeakwrightError `usage` for what would be another program */
export function scenarioText(url: string, code: string): string {
  try {
    // Only parsed here, not run: text that closes the function would run outside of it.
    const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as FunctionConstructor;
    Reflect.construct(AsyncFunction, ['page', code]);
  } catch (error) {
    throw new LeakwrightError('usage', `The code is no body of async (page) => { … }: ${(error as Error).message}.`);
  }
  return `export default {\n  url: ${JSON.stringify(url)},\n  async iteration(page) {\n${code}\n  },\n};\n`;
}
