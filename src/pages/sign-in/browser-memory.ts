/** What the sign-in pages work with: the services of every page, and what the browser remembers. */
import type { PageServices } from '../../feature.ts'
import { createBrowserSecret } from '../../interaction/browser-secret.ts'
import type { BrowserSecret } from '../../interaction/browser-secret.ts'
import { createTrustedBrowserCookie } from '../../interaction/pending/trusted-browser-cookie.ts'
import type { TrustedBrowserCookie } from '../../interaction/pending/trusted-browser-cookie.ts'
import { createPendingSignIns } from '../../interaction/pending/pending-sign-ins.ts'
import type { PendingSignIns } from '../../interaction/pending/pending-sign-ins.ts'
import { createMailWait } from '../../interaction/pending/mail-wait.ts'
import type { MailWait } from '../../interaction/pending/mail-wait.ts'
import { browserMemoryOf } from '../../interaction/signed-in-browser.ts'
import type { BrowserMemory } from '../../interaction/signed-in-browser.ts'
import { createOfferedUpstreams } from '../../upstreams/offered.ts'
import type { OfferedUpstreams } from '../../upstreams/offered.ts'
import { createMailedCodes } from './mailed-codes-cookie.ts'
import type { MailedCodes } from './mailed-codes-cookie.ts'

export type SignInServices = PageServices &
  BrowserMemory & {
    pending: PendingSignIns
    browserSecret: BrowserSecret
    mailed: MailedCodes
    trustedCookie: TrustedBrowserCookie
    offered: OfferedUpstreams
    mailWait: MailWait
  }

export function signInServices(services: PageServices): SignInServices {
  return {
    ...services,
    ...browserMemoryOf(services),
    pending: createPendingSignIns(services),
    browserSecret: createBrowserSecret(services.config),
    mailed: createMailedCodes(services),
    trustedCookie: createTrustedBrowserCookie(services),
    offered: createOfferedUpstreams(services),
    mailWait: createMailWait(services),
  }
}
