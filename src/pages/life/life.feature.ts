/** Mounts the pages of a change of address and of a deletion, with the upkeep that deletes. `accounts` owns the rules. */
import { deleteDueAccounts } from '../../accounts/life/deletion.ts'
import { remindOfDeletions, remindUnverified } from '../../accounts/life/reminders.ts'
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { dataRoutes } from './data.routes.ts'
import { deletionRoutes } from './deletion.routes.ts'
import { emailRoutes } from './email.routes.ts'
import { formerAddressRoutes } from './former-address.routes.ts'
import { lifeServices } from './life-page.ts'
import { newAddressRoutes } from './new-address.routes.ts'

export function life(services: Services): Feature {
  return {
    pages(site) {
      const shared = lifeServices({ ...services, ...site })
      return [emailRoutes, newAddressRoutes, formerAddressRoutes, deletionRoutes, dataRoutes].map(
        (routesOf) => routesOf(shared),
      )
    },
    upkeep: {
      dueDeletions: (nowMs, limit) => deleteDueAccounts(services, nowMs, limit),
      deletionReminders: (nowMs, limit) => remindOfDeletions(services, nowMs, limit),
      unverifiedReminders: (nowMs, limit) => remindUnverified(services, nowMs, limit),
    },
  }
}
