/** The form in which names of people are searched: without case, accents and other differences that people leave out. */

/** Characters of a form that is stored. Cut, so that any text has a form. */
export const LONGEST_FOLDED_NAME = 100

/** Letters that Unicode does not take apart, and signs that a keyboard lacks. */
const PLAIN: Readonly<Record<string, string>> = {
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  æ: 'ae',
  œ: 'oe',
  ς: 'σ',
  '’': "'",
  ʼ: "'",
  '‑': '-',
}

/** The form of the beginning of a name is the beginning of its form. */
export function foldName(name: string): string {
  const letters = name
    .slice(0, 1000)
    .normalize('NFKD')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[øłđðþæœς’ʼ‑]/gu, (letter) => PLAIN[letter] ?? letter)
    .normalize('NFC')
  const words = letters.split(/\s+/).filter(Boolean).join(' ')
  return Array.from(words).slice(0, LONGEST_FOLDED_NAME).join('').trimEnd()
}
