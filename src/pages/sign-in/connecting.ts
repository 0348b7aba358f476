/** A sign-in for the page that connects an account with another provider. The way there may have begun at an app. */
import type { AnyContext } from '../../http/request/request-state.ts'
import { shownClient } from '../../interaction/open-interaction.ts'
import { findKept } from '../../upstreams/client/flows.ts'
import type { SignInServices } from './browser-memory.ts'

export type Connecting = {
  /** The provider that is being connected: it cannot be the way in. */
  upstreamId?: string
  /** The app, for the page. */
  client?: Awaited<ReturnType<typeof shownClient>>
}

/** Dresses the page for the app as well. Nothing for any other sign-in. */
export async function connectingOf(services: SignInServices, ctx: AnyContext): Promise<Connecting> {
  if (ctx.query['next'] !== 'connect') return {}
  const kept = await findKept(services, services.browserSecret.read(ctx))
  if (!kept) return {}
  const { upstreamId, client } = kept
  if (!client) return { upstreamId }
  await services.wearBrand(ctx, client)
  return { upstreamId, client: await shownClient(services.oidc.current(), client) }
}
