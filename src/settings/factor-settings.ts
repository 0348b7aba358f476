/** The settings of second factors: part of the list in settings.ts. */
import type { z } from 'zod'
import { requiredFor } from './kinds/setting-kinds.ts'
import type { RequiredFor } from './kinds/setting-kinds.ts'

export const factorSettings = {
  require_second_factor: requiredFor().default({ everybody: false, roles: [], groups: [] }).meta({
    group: 'Accounts',
    description:
      'Who needs a second factor. Anybody of them without one sets it up in the sign-in, before anything else.',
  }),
} satisfies Record<string, z.ZodType>

export function factorConfig(given: { require_second_factor: RequiredFor }) {
  return { requireSecondFactor: given.require_second_factor }
}
