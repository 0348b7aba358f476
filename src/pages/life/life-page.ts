/** What the pages of a change of address and of a deletion share. */
import type { PageServices } from '../../feature.ts'
import { createBrowserSecret } from '../../interaction/browser-secret.ts'
import type { BrowserSecret } from '../../interaction/browser-secret.ts'
import { createMailWait } from '../../interaction/pending/mail-wait.ts'
import type { MailWait } from '../../interaction/pending/mail-wait.ts'
import { createRecentProof } from '../../interaction/proof/recent-proof.ts'
import type { RecentProof } from '../../interaction/proof/recent-proof.ts'

export type LifeServices = PageServices & {
  browserSecret: BrowserSecret
  recentProof: RecentProof
  mailWait: MailWait
}

export function lifeServices(services: PageServices): LifeServices {
  return {
    ...services,
    browserSecret: createBrowserSecret(services.config),
    recentProof: createRecentProof(services),
    mailWait: createMailWait(services),
  }
}

const LONGEST_TOKEN = 200

/** The token of a mailed link, from the query or a form. */
export function tokenOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_TOKEN) : ''
}
