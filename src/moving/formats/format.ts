/** How the file of one system is read. */
import type { GroupInput } from '../../groups/groups.ts'
import type { ReadRecords } from '../files/file-record.ts'
import type { Incoming } from '../incoming.ts'
import type { IncomingClient } from '../incoming-client.ts'

export type Format = {
  name: string
  read: ReadRecords
  /** The characters that its files begin with; undefined: any, but those of JSON. */
  first: string | undefined
  /** The lists that hold accounts. Empty text is the list that is the whole file. */
  accounts: readonly string[]
  /** Every record has the same columns. */
  table?: true
  /** Our own export has this format: it begins with a line of its own, and holds more than accounts. */
  own?: true
  /** The record as an app; undefined where it is none. Throws NotReadable. */
  toClient?: (at: { list: string; value: Readonly<Record<string, unknown>> }) => IncomingClient | undefined
  /** The record as groups; undefined where it is none. Throws NotReadable. */
  toGroups?: (at: {
    list: string
    value: Readonly<Record<string, unknown>>
  }) => readonly GroupInput[] | undefined
  /** @throws NotReadable */
  toIncoming: (value: Readonly<Record<string, unknown>>) => Incoming
}
