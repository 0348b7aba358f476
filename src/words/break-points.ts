/**
 * Where a line may break inside what has no spaces. A mail address: after `@`, `.`, `+`, `-` and `_`. The address of a page:
 * after `/`, `?` and `&` as well. The name of a setting: after `_`.
 */

const WORD = /\S+/g
const AFTER = /(?<=[@.+_/?&-])(?=[^@.+_/?&-])/
const SETTING = /^[A-Z0-9]+(?:_[A-Z0-9]+)+$/
// Marks each place where a line may break, until the text is cut there. Texts never have this character.
const MARK = '\u{E001}'

/** The text in pieces. A line may break between two of them. Other text is one piece. */
export function breakPoints(text: string): string[] {
  return text
    .replace(WORD, (word) => (isAddress(word) || SETTING.test(word) ? word.split(AFTER).join(MARK) : word))
    .split(MARK)
}

function isAddress(word: string): boolean {
  const isOfMail = word.lastIndexOf('@') > 0 && word.indexOf('@') < word.length - 1
  return isOfMail || word.includes('://')
}
