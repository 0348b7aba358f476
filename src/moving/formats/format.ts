/** How the file of one system is read. */
import type { ReadRecords } from '../files/file-record.ts'
import type { Incoming } from '../incoming.ts'

export type Format = {
  name: string
  read: ReadRecords
  /** The lists that hold accounts. Empty text is the list that is the whole file. */
  accounts: readonly string[]
  /** @throws NotReadable */
  toIncoming: (value: Readonly<Record<string, unknown>>) => Incoming
}
