/**
 * Tells whether a password is among those that guessers try first. Works offline, from a list of about 53,000 entries
 * (`common-passwords.txt.gz`; its first lines say how it was made) and from the patterns people vary them with.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const LIST = new URL('common-passwords.txt.gz', import.meta.url)
let loaded: Set<string> | undefined

export function isCommonPassword(password: string): boolean {
  const lower = password.normalize('NFKC').toLowerCase().replaceAll(/\s/g, '')
  return isPattern(lower) || variants(lower).some((variant) => entries().has(variant))
}

function entries(): Set<string> {
  loaded ??= new Set(
    gunzipSync(readFileSync(LIST))
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#')),
  )
  return loaded
}

/** The text itself, without a short tail or head of digits and signs (`Summer2024!`), and with `p@ssw0rd` spelt out. */
function variants(lower: string): string[] {
  const stem = lower.replace(/[^\p{L}]{1,5}$/u, '').replace(/^[^\p{L}]{1,3}/u, '')
  const plain = [lower, stem]
  return [...plain, ...plain.map(spelledOut)].filter((variant) => variant.length >= 4)
}

const LEET: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

function spelledOut(text: string): string {
  return text.replaceAll(/[013457@$!]/g, (sign) => LEET[sign] ?? sign)
}

const ROWS = [
  '01234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop[]',
  "asdfghjkl;'",
  'zxcvbnm,./',
  'qwertyuiopasdfghjklzxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  'qazwsxedcrfvtgbyhnujmikolp',
  '1q2w3e4r5t6y7u8i9o0p',
  'azertyuiopqsdfghjklm',
  'йцукенгшщзхъ',
  'фывапролджэ',
  'ячсмитьбю',
]
const RUNS = ROWS.flatMap((row) => [row, Array.from(row).reverse().join('')])

/** Day and month before the year, after it, or a year of two digits. */
const DATES = [
  /^\d{1,2}[./-]?\d{1,2}[./-]?(19|20)\d\d$/,
  /^(19|20)\d\d[./-]?\d{1,2}[./-]?\d{1,2}$/,
  /^\d{1,2}[./-]\d{1,2}[./-]\d\d$/,
]

function isPattern(lower: string): boolean {
  // One to four characters over and over, a run on the keyboard or in the alphabet, a date.
  if (isRepetition(Array.from(lower))) return true
  const core = lower.replace(/\d{1,4}$/, '')
  return (
    DATES.some((date) => date.test(lower)) ||
    RUNS.some((run) => run.includes(lower) || (core.length >= 4 && run.includes(core)))
  )
}

/** Begins with the same one to four characters at least twice, and ends in at most three others; four kinds in all. */
function isRepetition(letters: string[]): boolean {
  if (new Set(letters).size > 4) return false
  return [1, 2, 3, 4].some((period) => {
    let repeated = period
    while (repeated < letters.length && letters[repeated] === letters[repeated - period]) repeated += 1
    const whole = repeated - (repeated % period)
    return whole >= 2 * period && letters.length - whole <= 3
  })
}
