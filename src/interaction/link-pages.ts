/** What the pages that send a link by mail share: the browser that asked for it, and the return path into an app's request. */
import type { Render } from '../http/render.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import { createMailDelay } from '../outbox/mail-queue.ts'
import type { Oidc } from '../provider/contract/current-provider.ts'
import type { Services } from '../services.ts'
import { createBrowserSecret } from './browser-secret.ts'
import type { BrowserSecret } from './browser-secret.ts'
import type { NextPage } from './next-page.ts'
import { shownClient } from './open-interaction.ts'
import { returnPathOf } from './return-path.ts'
import type { ReturnPath } from './return-path.ts'
import { browserMemoryOf } from './signed-in-browser.ts'
import type { BrowserMemory } from './signed-in-browser.ts'

type OnSite = { render: Render; oidc: Oidc; nextPage: NextPage }

/** The app that a person comes from, as pages show it. */
type ShownApp = Awaited<ReturnType<typeof shownClient>>

export type LinkPages = Services &
  BrowserMemory &
  OnSite & {
    browserSecret: BrowserSecret
    returnPath: ReturnPath
    /** Whether mails are late now. */
    mailsAreLate: () => Promise<boolean>
    /** Of this page's query, or of the path that a mailed link leads back to. */
    appOf: (ctx: AnyContext, path?: string) => Promise<ShownApp>
  }

export function linkPagesOf(services: Services, { render, oidc, nextPage }: OnSite): LinkPages {
  const returnPath = returnPathOf(services)
  return {
    ...services,
    ...browserMemoryOf(services),
    render,
    oidc,
    nextPage,
    browserSecret: createBrowserSecret(services.config),
    returnPath,
    mailsAreLate: createMailDelay(services),
    async appOf(ctx, path) {
      const clientId = returnPath.clientIdOf(path) ?? returnPath.clientId(ctx)
      return clientId === undefined ? undefined : shownClient(oidc.current(), clientId)
    },
  }
}
