/**
 * Remembers on which line a text was seen, for millions of texts: 12 bytes for each, where a Map of strings takes about 150.
 * It keeps 64 bits of a digest. With a million texts, a false match happens in one of 30 million files.
 */
import { hash } from 'node:crypto'

const WORDS = 3
const FIRST_CAPACITY = 1 << 16
/** The third word: 24 bits of line and 8 of the spelling. */
const LAST_LINE = 0xff_ffff

export type LineIndex = {
  /** Answers what was noted for this text before, else notes it. `form` tells spellings of one text apart, mostly. */
  note: (text: string, form: string, line: number) => { line: number; sameForm: boolean } | undefined
}

export function createLineIndex(): LineIndex {
  let table = new Uint32Array(FIRST_CAPACITY * WORDS)
  let size = 0

  return {
    note(text, form, line) {
      const bytes = digestOf(text)
      const [high, low] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)]
      const spelling = form === text ? 0 : digestOf(form).readUInt8(0)
      const at = slotOf(table, high, low)
      const known = table[at + 2]!
      if (known > 0) return { line: known & LAST_LINE, sameForm: known >>> 24 === spelling }
      put(table, at, [high, low, ((spelling << 24) | Math.min(line, LAST_LINE)) >>> 0])
      size += 1
      if (size * WORDS * 4 > table.length * 3) table = grown(table)
      return undefined
    },
  }
}

/** Where this digest is, or the empty place where it belongs. An empty place has no line. */
function slotOf(table: Uint32Array, high: number, low: number): number {
  const capacity = table.length / WORDS
  for (let slot = high % capacity; ; slot = (slot + 1) % capacity) {
    const at = slot * WORDS
    if (table[at + 2] === 0 || (table[at] === high && table[at + 1] === low)) return at
  }
}

function grown(old: Uint32Array): Uint32Array<ArrayBuffer> {
  const table = new Uint32Array(old.length * 2)
  for (let at = 0; at < old.length; at += WORDS) {
    const [high, low, line] = [old[at]!, old[at + 1]!, old[at + 2]!]
    if (line > 0) put(table, slotOf(table, high, low), [high, low, line])
  }
  return table
}

function put(table: Uint32Array, at: number, words: readonly [number, number, number]): void {
  table[at] = words[0]
  table[at + 1] = words[1]
  table[at + 2] = words[2]
}

function digestOf(text: string): Buffer {
  return hash('sha1', text, 'buffer')
}
