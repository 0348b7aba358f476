/** The prose of comments, read by the parser: a `//` in a string is no comment. */
import { parseSync } from 'oxc-parser'
import type { Comment } from 'oxc-parser'
import { withoutCode } from './words.ts'

export type Prose = { line: number; text: string }

/**
 * Line comments that follow one another are read as one. An empty line, an item of a list and a tag (`@throws`) begin a
 * new piece.
 * @throws Error where the source is not TypeScript
 */
export function proseOfComments(file: string, source: string): Prose[] {
  const { comments, errors } = parseSync(file, source)
  if (errors[0]) throw new Error(`${file}: ${errors[0].message}`)
  return joined(comments, source).flatMap(({ start, value }) => {
    const line = source.slice(0, start).split('\n').length
    return value
      .replaceAll(/^ *\*+ ?/gm, '')
      .split(/\n\s*\n|\n(?=\s*(?:- |\d+\. |@))/)
      .map((text) => ({ line, text: withoutCode(text) }))
      .filter(({ text }) => /[a-z]/i.test(text))
  })
}

function joined(comments: Comment[], source: string): Comment[] {
  const all: Comment[] = []
  for (const comment of comments) {
    const last = all.at(-1)
    if (last && continues(comment, last, source)) {
      all[all.length - 1] = { ...last, value: `${last.value}\n${comment.value}`, end: comment.end }
    } else all.push(comment)
  }
  return all
}

function continues(comment: Comment, last: Comment, source: string): boolean {
  const isLines = last.type === 'Line' && comment.type === 'Line'
  return isLines && /^[ \t]*\n[ \t]*$/.test(source.slice(last.end, comment.start))
}
