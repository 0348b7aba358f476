/** The codes of mails, which a person reads and types. */
import { randomInt } from 'node:crypto'

// No vowels (no words), nothing that looks like something else (0 O, 1 I L, U V, 5 S, 2 Z, 8 B).
const ALPHABET = '34679CDFGHJKMNPQRTVWXY'
const CODE_LENGTH = 8

/** `XXXX-XXXX`: 22^8, about 2^35.7; five guesses are allowed. */
export function randomCode(): string {
  const letters = Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)])
  return letters.join('').replace(/^.{4}/, '$&-')
}

/** A typed code without case, blanks and hyphens. */
export function readCode(typed: string): string {
  return typed.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')
}
