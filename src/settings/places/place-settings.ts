/** The settings of places: names for networks of one's own, and a database for all others. */
import { accessSync, constants } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { isRange } from '../../platform/network/ip-address.ts'
import { list, text } from '../kinds/setting-kinds.ts'

export type NamedNetwork = { name: string; range: string }

const MOST_CHARACTERS = 60

const namedNetworks = () =>
  list().transform((entries, context) =>
    entries.map((entry): NamedNetwork => {
      const at = entry.lastIndexOf('=')
      const [name, range] = [entry.slice(0, at).trim(), entry.slice(at + 1).trim()]
      if (at < 1 || !name || name.length > MOST_CHARACTERS || !isRange(range)) context.addIssue('not a pair')
      return { name, range }
    }),
  )

export const placeSettings = {
  named_networks: namedNetworks().default([]).meta({
    group: 'Sessions',
    takes: 'a comma-separated list of <name>=<address or CIDR range>',
    description:
      'Names that people read beside the addresses of their sign-ins, such as Office=10.0.0.0/8. The first that fits counts.',
  }),
  place_database: text().optional().meta({
    group: 'Sessions',
    takes: 'the path of an MMDB file with cities or countries',
    fallback: 'no places',
    description:
      'Names city and country of other addresses, such as GeoLite2-City.mmdb. A newer file is read within a minute.',
  }),
} satisfies Record<string, z.ZodType>

type Chosen = { named_networks?: NamedNetwork[]; place_database?: string | undefined }

export function placeProblems({ place_database: file }: Chosen, home: string): string[] {
  if (file === undefined) return []
  try {
    accessSync(resolve(home, file), constants.R_OK)
    return []
  } catch {
    return [
      `ACCOUNT_SERVER_PLACE_DATABASE: got ${JSON.stringify(file)}, takes the path of a readable MMDB file`,
    ]
  }
}

export function placeConfig({ named_networks = [], place_database: file }: Chosen, home: string) {
  return {
    namedNetworks: named_networks,
    placeDatabase: file === undefined ? undefined : resolve(home, file),
  }
}
