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
    return { ...at, raw: text, fault: 'it is not JSON' }
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
