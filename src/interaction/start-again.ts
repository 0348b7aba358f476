/** Restarts a request that has lost its interaction, or shows the person a link to the app. */
import type { Render } from '../http/render.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import type { Oidc } from '../provider/contract/current-provider.ts'
import { shownClient } from './open-interaction.ts'
import { redirect } from './page.ts'
import type { Restarts } from './restart.ts'

export type StartAgain = (ctx: AnyContext) => Promise<void>

/** An interaction that is lost this soon is in a browser that sends no cookies. Restarting by itself would loop. */
const TOO_SOON_MS = 3000

export function createStartAgain({
  oidc,
  render,
  restarts,
}: {
  oidc: Oidc
  render: Render
  restarts: Restarts
}): StartAgain {
  return async (ctx) => {
    const restart = restarts.open(ctx.query['restart'])
    const soon = restart?.kind === 'again' && restart.ageMs < TOO_SOON_MS
    const cookieless = soon && ctx.method !== 'POST' && !ctx.get('Cookie')
    if (restart?.kind === 'again' && !cookieless) return redirect(ctx, restart.url)
    if (restart?.kind === 'again') {
      const clientId = new URL(restart.url).searchParams.get('client_id')
      const client = clientId === null ? undefined : await shownClient(oidc.current(), clientId)
      return showCookiesBlocked(render, ctx, { tryHref: restart.url, client })
    }
    const client = restart && (await shownClient(oidc.current(), restart.clientId))
    const continueHref = client?.homeUri ?? '/'
    render(ctx, 'interaction-lost', { clientName: client?.name, continueHref }, 410)
  }
}

type BlockedPage = { tryHref: string; client: Awaited<ReturnType<typeof shownClient>> }

/** The app that the person came from is one click away. */
export function showCookiesBlocked(render: Render, ctx: AnyContext, { tryHref, client }: BlockedPage): void {
  const appHref = client?.homeUri
  render(ctx, 'cookies-blocked', { tryHref, appHref, client }, 400)
}
