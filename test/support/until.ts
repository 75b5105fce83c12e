/**
 * How long tests wait for what comes by itself. Far more than it ever takes: a machine with ten times as much to do as
 * processors to do it is slow and not broken, and what hangs is told all the same.
 */
export const PATIENCE_MS = 180_000;

/** Asks again until the answer is neither `undefined` nor `false`. @throws with what it waited for */
export async function until<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`Not within ${patienceMs} ms: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
