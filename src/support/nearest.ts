/** The name that is most like `word`, or undefined where none is near enough to be what was meant. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  // In a short word two letters are half of it: `step` is not `setup`.
  const limit = word.length <= 4 ? 1 : Math.max(2, Math.floor(word.length / 3));
  let best: { readonly name: string; readonly steps: number } | undefined;
  for (const name of names) {
    const steps = editSteps(word.toLowerCase(), name.toLowerCase());
    if (steps <= limit && steps < Math.max(word.length, name.length) && (!best || steps < best.steps)) {
      best = { name, steps };
    }
  }
  return best?.name;
}

/** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment distance). */
function editSteps(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let steps = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        steps = Math.min(steps, rows[i - 2]![j - 2]! + 1);
      }
      row.push(steps);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
