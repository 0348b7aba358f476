/** A text in which each of these occurs and is replaced, everywhere. @throws Error naming the one that does not occur */
export function replaced(text: string, pairs: readonly [string, string][]): string {
  for (const [from] of pairs) if (!text.includes(from)) throw new Error(`the file has no "${from}"`)
  return pairs.reduce((all, [from, to]) => all.replaceAll(from, to), text)
}
