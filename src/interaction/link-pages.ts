/** What the pages that send a link by mail share: the browser that asked for it, and the return path into an app's request. */
import type { Render } from '../http/render.ts'
import { createMailDelay } from '../outbox/mail-queue.ts'
import type { Services } from '../services.ts'
import { createBrowserSecret } from './browser-secret.ts'
import type { BrowserSecret } from './browser-secret.ts'
import { createNextPage } from './next-page.ts'
import type { NextPage } from './next-page.ts'
import { returnPathOf } from './return-path.ts'
import type { ReturnPath } from './return-path.ts'

export type LinkPages = Services & {
  render: Render
  browserSecret: BrowserSecret
  returnPath: ReturnPath
  /** Whether mails are late now. */
  mailsAreLate: () => Promise<boolean>
  nextPage: NextPage
}

export function linkPagesOf(services: Services, render: Render): LinkPages {
  return {
    ...services,
    render,
    browserSecret: createBrowserSecret(services.config),
    returnPath: returnPathOf(services),
    mailsAreLate: createMailDelay(services),
    nextPage: createNextPage(services),
  }
}
