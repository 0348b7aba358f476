/** What the pages of a change of address and of a deletion share. */
import type { PageServices } from '../../feature.ts'
import { createBrowserSecret } from '../../interaction/browser-secret.ts'
import type { BrowserSecret } from '../../interaction/browser-secret.ts'
import { createRecentProof } from '../../interaction/proof/recent-proof.ts'
import type { RecentProof } from '../../interaction/proof/recent-proof.ts'
import { createMailDelay } from '../../outbox/mail-queue.ts'

export type LifeServices = PageServices & {
  browserSecret: BrowserSecret
  recentProof: RecentProof
  /** Whether mails are late now. */
  mailsAreLate: () => Promise<boolean>
}

export function lifeServices(services: PageServices): LifeServices {
  return {
    ...services,
    browserSecret: createBrowserSecret(services.config),
    recentProof: createRecentProof(services),
    mailsAreLate: createMailDelay(services),
  }
}

const LONGEST_TOKEN = 200

/** The token of a mailed link, from the query or a form. */
export function tokenOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_TOKEN) : ''
}
