/** Which known name was probably meant. */

/** The known name with the fewest changes (Levenshtein distance, case ignored), if it is near enough to be a slip. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  const word = typed.toLowerCase()
  const [best] = known
    .map((name) => ({ name, changes: isStart(word, name) ? 1 : distance(word, name) }))
    .sort((a, b) => a.changes - b.changes)
  return best && best.changes <= Math.max(2, Math.ceil(word.length / 2)) ? best.name : undefined
}

// Half a name typed is nearer than its length tells.
const isStart = (word: string, name: string) => word.length > 1 && name.startsWith(word)

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitute))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
