/** The settings of limits: part of the list in settings.ts. */
import type { z } from 'zod'
import { integer } from './setting-kinds.ts'

const GROUP = 'Limits'

export const limitSettings = {
  ipv6_site_factor: integer(1, 65_536).default(4).meta({
    group: GROUP,
    description: 'Limits per network count each IPv6 /64, and its /48 with this many times the limit.',
  }),
} satisfies Record<string, z.ZodType>

type Given = { [Name in keyof typeof limitSettings]: z.output<(typeof limitSettings)[Name]> }

/** What every limit per network needs to know. */
export function limitConfig(given: Given) {
  return { ipv6SiteFactor: given.ipv6_site_factor }
}
