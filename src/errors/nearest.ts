/** Edit distance with insertions, deletions, replacements and swaps of neighbours, each of cost 1. */
export function editDistance(a: string, b: string): number {
  let [before, previous]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    [before, previous] = [previous, row];
  }
  return previous[b.length]!;
}

/** Case, and the signs that people put between words, do not count. */
const fold = (text: string): string => text.toLowerCase().replace(/[\s_]/g, "-");

/**
 * The candidate that was probably meant; the first of equally near ones.
 * Undefined: none is within a third of the word's length (at least 1, at most 4 edits).
 */
export function nearestMatch(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 100) return undefined;
  const limit = Math.min(4, Math.max(1, Math.ceil(word.length / 3)));
  let [best, distance]: [string | undefined, number] = [undefined, limit + 1];
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const found = editDistance(fold(word), fold(candidate));
    if (found < distance) [best, distance] = [candidate, found];
  }
  return best;
}

/** `Did you mean "rows"?`, or null. */
export function didYouMean(word: string, candidates: readonly string[]): string | null {
  const match = nearestMatch(word, candidates);
  return match === undefined ? null : `Did you mean "${match}"?`;
}
