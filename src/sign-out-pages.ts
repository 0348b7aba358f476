/** The pages of signing out: asking, telling the apps that the browser is signed in to, done. */
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Render } from './http/render.ts'
import { PAGE_POLICY, replaceContentPolicy } from './http/security-headers.ts'
import { frontchannelAddresses, framePolicy } from './oidc/logout/frontchannel-logout.ts'
import { hintNamesSession, signOut } from './oidc/logout/sign-out.ts'
import { revokeGrant } from './oidc/store/revocation.ts'
import type { Parts } from './parts.ts'

type Needs = Pick<Parts, 'store' | 'clock'> & { render: Render }

export function createSignOutPages({ store, clock, render }: Needs) {
  return {
    /** Asks, unless the app's request proves that it comes from within the session that it ends. */
    async ask(ctx: KoaContextWithOIDC): Promise<void> {
      if (hintNamesSession(ctx))
        return signOut({ revokeGrant: (grantId) => revokeGrant({ store, clock }, grantId) }, ctx)
      const { client, session } = ctx.oidc
      render(ctx, 'sign-out', {
        title: 'Sign out',
        action: ctx.oidc.urlFor('end_session_confirm'),
        xsrf: session?.state?.['secret'],
        client: client && { name: client.clientName ?? client.clientId },
      })
    },

    showDone(ctx: KoaContextWithOIDC): void {
      render(ctx, 'signed-out', { title: 'Signed out', client: shownClient(ctx) })
    },

    /** Puts a page with frames in front of the way back, where apps asked to be told through the browser. */
    async tellApps(ctx: KoaContextWithOIDC): Promise<void> {
      if (ctx.status !== 303 || !ctx.oidc.route?.startsWith('end_session')) return
      const frames = await frontchannelAddresses(ctx)
      if (frames.length === 0) return
      const next = ctx.response.get('Location')
      const own = next.startsWith(ctx.oidc.urlFor('end_session_success'))
      ctx.remove('Location')
      render(ctx, 'signed-out', {
        title: 'Signed out',
        client: shownClient(ctx),
        frames,
        continueHref: own ? undefined : next,
      })
      replaceContentPolicy(ctx, framePolicy(PAGE_POLICY, frames))
    },
  }
}

function shownClient({ oidc: { client } }: KoaContextWithOIDC) {
  return client && { name: client.clientName ?? client.clientId, uri: client.clientUri }
}
