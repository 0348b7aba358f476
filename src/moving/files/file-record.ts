/** One account, client or group as a file has it, before anything is made of it. */

export type FileRecord = {
  /** Where it ends in a file of lines, where it begins in a JSON document; from 1. */
  line: number
  /** Bytes of the file that were read so far. */
  bytes: number
  /** The list that it was in: `users` of a Keycloak realm. Empty where the file is one list. */
  list: string
  /** As written, for the file of refused lines. */
  raw: unknown
} & ({ value: Readonly<Record<string, unknown>> } | { fault: string })

/** Reads a file piece by piece: no reader keeps more than one record. */
export type ReadRecords = (bytes: AsyncIterable<Buffer>) => AsyncGenerator<FileRecord>

/** The parsed JSON of one record. */
export function fromJson(at: Pick<FileRecord, 'line' | 'bytes' | 'list'>, text: string): FileRecord {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return { ...at, raw: value, value }
    return { ...at, raw: text, fault: 'it is not a JSON object' }
  } catch {
    return { ...at, raw: text, fault: `it is not JSON: ${faultOf(text)}` }
  }
}

/** Where the text stops being JSON, without a word of it: it may be a hash. `JSON.parse` does not always name the place. */
function faultOf(text: string): string {
  let [good, bad] = [0, text.length + 1]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isBeginning(text.slice(0, middle))) good = middle
    else bad = middle
  }
  if (bad > text.length) return 'it ends too early'
  const before = text.slice(0, good).split('\n')
  const line = before.length > 1 ? `line ${before.length} of it, ` : ''
  return `${line}column ${(before.at(-1)?.length ?? 0) + 1}`
}

/** True where more text could make it JSON. */
function isBeginning(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    if (/Unexpected end|Unterminated string/.test(message)) return true
    const [, position] = /at position (\d+)/.exec(message) ?? []
    return position !== undefined && Number(position) >= text.length
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
