/** The rules of plain words, for documents and comments alike: short sentences, and no words that make a reader stop. */

export const MOST_WORDS = 25

/** Words that say in an unusual way what has one usual term. */
const UNUSUAL = /\b(?:whoever|whom|whose|told|stands?|lies|hangs on|comes to|at all)\b/gi

/** The same for comments and test titles, where the documents do not hold all of it yet. */
const UNUSUAL_IN_CODE =
  /\b(?:whoever|whom|whose|told|telling|stands?|lies|hangs on|comes to|at all|whatever|far end|way back|tend(?:s|ed|ing)?|(?:a|the|what is|what was) given(?! [a-z]))\b/gi

/** Usual terms of the trade that have such a word in them. */
const TERMS = /\bstand-alone\b/gi

type Sentence = { text: string; words: number }

/** Code in backquotes counts as one word and is not read. */
export function withoutCode(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/(`+).*?\1/g, 'code')
    .trim()
}

export function sentencesOf(part: string): Sentence[] {
  // A line of links to the sections of a page is no sentence.
  if (part.includes(' · ')) return []
  return part
    .split(/(?<=[.!?:;][*_)]*)\s+/)
    .map((text) => ({ text, words: text.split(' ').filter((word) => /\w/.test(word)).length }))
}

export function longSentencesIn(part: string): string[] {
  return sentencesOf(part)
    .filter(({ words }) => words > MOST_WORDS)
    .map(({ text, words }) => `${words} words: ${text}`)
}

export function unusualWordsIn(part: string, where: 'documents' | 'code'): string[] {
  const words = where === 'code' ? UNUSUAL_IN_CODE : UNUSUAL
  return [...part.replaceAll(TERMS, '').matchAll(words)].map(([word]) => `"${word}" in: ${part}`)
}
