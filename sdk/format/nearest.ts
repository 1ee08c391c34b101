/** What a mistyped word was meant to be. */

/** How many letters have to be changed, added, left out or swapped. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const at = (back: number, left: number): number => rows[i - back]?.[j - left] ?? Infinity;
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const changed = Math.min(at(1, 1) + (same ? 0 : 1), at(1, 0) + 1, (row[j - 1] ?? Infinity) + 1);
      row.push(swapped ? Math.min(changed, at(2, 2) + 1) : changed);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? Infinity;
}

/** The word among those that there are which the given one is most like; undefined if it is like none. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const ranked = words
    .map((candidate) => ({ candidate, far: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  const [best] = ranked;
  // Half of its letters may be wrong, not more.
  return best !== undefined && best.far <= Math.max(1, Math.floor(best.candidate.length / 2))
    ? best.candidate
    : undefined;
}

/**
 * What to write instead of a word that nothing is called: the one that was probably meant, and all that there are.
 * @param are "There are"
 */
export function instead(word: string, words: readonly string[], are = "There are"): string {
  const meant = nearest(word, words);
  return `${meant === undefined ? "" : `Did you mean ${meant}? `}${are} ${words.join(", ")}.`;
}
