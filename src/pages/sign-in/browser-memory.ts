/** What the sign-in pages work with: the services of every page, and what the browser remembers. */
import type { PageServices } from '../../feature.ts'
import { createPendingSignIns } from '../../interaction/pending/pending-sign-ins.ts'
import type { PendingSignIns } from '../../interaction/pending/pending-sign-ins.ts'
import { browserMemoryOf } from '../../interaction/signed-in-browser.ts'
import type { BrowserMemory } from '../../interaction/signed-in-browser.ts'
import { createOfferedUpstreams } from '../../upstreams/offered.ts'
import type { OfferedUpstreams } from '../../upstreams/offered.ts'

export type SignInServices = PageServices &
  BrowserMemory & { pending: PendingSignIns; offered: OfferedUpstreams }

export function signInServices(services: PageServices): SignInServices {
  const pending = createPendingSignIns(services)
  return { ...services, ...browserMemoryOf(services), pending, offered: createOfferedUpstreams(services) }
}
