/** A database of places in a file (MMDB, MaxMind DB 2.0), in memory. A newer file takes its place while the server runs. */
import { readFile, stat } from 'node:fs/promises'
import { Reader } from 'mmdb-lib'
import { z } from 'zod'
import { MINUTE_MS } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import { readAddress } from '../platform/network/ip-address.ts'

export type PlaceDatabase = {
  find: (ip: string) => PlaceRecord | undefined
  /** Settles when the file was read, or could not be. */
  opened: Promise<void>
}

const part = z.object({ names: z.record(z.string(), z.string()).optional() }).optional()
const record = z.object({ city: part, country: part })
export type PlaceRecord = z.infer<typeof record>

/** How often a newer file is looked for, at most. */
const LOOK_EVERY_MS = MINUTE_MS

export function createPlaceDatabase(
  file: string,
  { clock, onUnreadable }: { clock: Clock; onUnreadable: (error: unknown) => void },
): PlaceDatabase {
  let reader: Reader<never> | undefined
  let version = ''
  let lookedAtMs = clock()
  const open = async (): Promise<void> => {
    try {
      const { mtimeMs, size } = await stat(file)
      const found = `${mtimeMs} ${size}`
      if (found === version) return
      reader = new Reader(await readFile(file))
      version = found
    } catch (error) {
      // What was read before stays in use.
      onUnreadable(error)
    }
  }
  return {
    opened: open(),
    find(ip) {
      if (clock() - lookedAtMs >= LOOK_EVERY_MS) {
        lookedAtMs = clock()
        void open()
      }
      const address = readAddress(ip)
      return address && record.safeParse(reader?.get(address.toString())).data
    },
  }
}
