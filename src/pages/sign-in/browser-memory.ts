/** What the sign-in pages work with: the services of every page, and what the browser remembers. */
import type { PageServices } from '../../feature.ts'
import { browserMemoryOf } from '../../interaction/signed-in-browser.ts'
import type { BrowserMemory } from '../../interaction/signed-in-browser.ts'
import { createPendingSignIns } from './pending-sign-ins.ts'
import type { PendingSignIns } from './pending-sign-ins.ts'

export type SignInServices = PageServices & BrowserMemory & { pending: PendingSignIns }

export function signInServices(services: PageServices): SignInServices {
  return { ...services, ...browserMemoryOf(services), pending: createPendingSignIns(services) }
}
