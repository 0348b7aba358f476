/** Solves puzzles as browsers and apps do, from the description in the documents. */
import { hash } from 'node:crypto'
import type { Puzzle } from '../../src/attempts/puzzle.ts'

/** The text to send with the address, as typed. */
export function solutionOf({ puzzle, parts, bits }: Puzzle, address: string): string {
  const numbers = Array.from({ length: parts }, (_, part) => {
    const base = hash('sha256', `${puzzle}:${address}:${part}`, 'base64url')
    for (let number = 0; ; number += 1) {
      const first = hash('sha256', `${base}.${number}`, 'buffer').readUInt32BE()
      if (first >>> (32 - bits) === 0) return number
    }
  })
  return `${puzzle}:${numbers.join('.')}`
}
