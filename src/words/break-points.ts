/** Where a line may break inside a mail address, which has no spaces: after `@`, `.`, `+`, `-` and `_`. */

const WORD = /\S+/g
const AFTER = /(?<=[@.+_-])(?=[^@.+_-])/
// Marks each place where a line may break, until the text is cut there. Texts never have this character.
const MARK = '\u{E001}'

/** The text in pieces. A line may break between two of them. Text without an address is one piece. */
export function breakPoints(text: string): string[] {
  if (!text.includes('@')) return [text]
  return text.replace(WORD, (word) => (isAddress(word) ? word.split(AFTER).join(MARK) : word)).split(MARK)
}

function isAddress(word: string): boolean {
  return word.lastIndexOf('@') > 0 && word.indexOf('@') < word.length - 1
}
