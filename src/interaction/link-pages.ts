/** What the pages that send a link by mail share: the browser that asked for it, and the return path into an app's request. */
import type { Render } from '../http/render.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import { isDocumentId } from '../provider/clients/client-documents.ts'
import type { WearBrand } from '../provider/clients/worn-brand.ts'
import type { Oidc } from '../provider/contract/current-provider.ts'
import type { Services } from '../services.ts'
import { createBrowserSecret } from './browser-secret.ts'
import type { BrowserSecret } from './browser-secret.ts'
import { createMailWait } from './pending/mail-wait.ts'
import type { MailWait } from './pending/mail-wait.ts'
import type { NextPage } from './next-page.ts'
import { findClient, shownClient } from './open-interaction.ts'
import { returnPathOf } from './return-path.ts'
import type { FindMember } from './member.ts'
import type { ReturnPath } from './return-path.ts'
import { browserMemoryOf } from './signed-in-browser.ts'
import type { BrowserMemory } from './signed-in-browser.ts'

type OnSite = {
  render: Render
  oidc: Oidc
  nextPage: NextPage
  wearBrand: WearBrand
  findMember: FindMember
}

/** The app that a person comes from, as pages show it. */
type ShownApp = Awaited<ReturnType<typeof shownClient>>

export type LinkPages = Services &
  BrowserMemory &
  OnSite & {
    browserSecret: BrowserSecret
    returnPath: ReturnPath
    mailWait: MailWait
    /** Of this page's query, or of the path that a mailed link leads back to. The page wears the brand of that app. */
    appOf: (ctx: AnyContext, path?: string) => Promise<ShownApp>
    /**
     * The app that the browser came from which asked for a mail, for the page behind its link in another browser. That page
     * wears the brand of the app. A stranger may have asked, so an app that named itself is left out: its name is a
     * stranger's text.
     */
    appElsewhere: (ctx: AnyContext, askedFrom: string | null) => Promise<ShownApp>
  }

export function linkPagesOf(services: Services, site: OnSite): LinkPages {
  const { render, oidc, nextPage, wearBrand, findMember } = site
  const returnPath = returnPathOf(services)
  return {
    ...services,
    ...browserMemoryOf(services),
    render,
    oidc,
    nextPage,
    wearBrand,
    findMember,
    browserSecret: createBrowserSecret(services.config),
    returnPath,
    mailWait: createMailWait(services),
    async appOf(ctx, path) {
      const fromPath = returnPath.clientIdOf(path)
      // Where its address names the app, the page wears the brand already.
      if (fromPath !== undefined) await wearBrand(ctx, fromPath)
      const clientId = fromPath ?? returnPath.clientId(ctx)
      return clientId === undefined ? undefined : shownClient(oidc.current(), clientId)
    },
    async appElsewhere(ctx, askedFrom) {
      const clientId = returnPath.clientIdOf(returnPath.open(askedFrom))
      if (clientId === undefined || isDocumentId(clientId)) return undefined
      const client = await findClient(oidc.current(), clientId)
      if (!client || client['self_registered'] === true) return undefined
      await wearBrand(ctx, clientId)
      return shownClient(oidc.current(), clientId)
    },
  }
}
