/**
 * Where the browser says that its person signed out at a provider (OpenID Connect Front-Channel Logout 1.0 §2). The provider
 * loads this address in a frame. Browsers send no cookies there, so the session is found by the provider's `sid`.
 */
import { Router } from '@koa/router'
import { z } from 'zod'
import type { Site } from '../../feature.ts'
import { actingAs } from '../../events/actor.ts'
import { replaceContentPolicy } from '../../http/security-headers.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { FLOW_UNIT_BYTES } from '../../provider/records/flow-limits.ts'
import type { Services } from '../../services.ts'
import { endFromUpstream } from '../../upstreams/upstream-sessions.ts'
import { findUpstream } from '../../upstreams/upstream.ts'

/** Without `iss`, as Microsoft sends it, the address still names the provider. */
const asked = z.object({ sid: z.string().min(1).max(1000), iss: z.string().optional() })

export function frontchannelRoutes(services: Services, { limits }: Pick<Site, 'limits'>): Router {
  const router = new Router()
  router.get('/upstream/:upstream/frontchannel-logout', async (ctx) => {
    limits.refuseSpent(ctx)
    const issuer = await receive(services, ctx, () => limits.countOwn(ctx, FLOW_UNIT_BYTES))
    if (issuer === undefined) return refuse(ctx)
    ctx.status = 200
    ctx.body = ''
    allowFrameOf(ctx, issuer)
  })
  return router
}

function refuse(ctx: AnyContext): void {
  ctx.status = 400
  ctx.type = 'text'
  ctx.body = 'Unknown provider, or no sid in the request.\n'
}

/** The issuer of the provider, if the request names a session of it. `onMiss`: nobody is signed in by that session. */
async function receive(services: Services, ctx: AnyContext, onMiss: () => void): Promise<string | undefined> {
  const upstream = await findUpstream(services.db, String(ctx['params'].upstream))
  const { data } = asked.safeParse(ctx.query)
  const { issuer, frontchannelLogout } = upstream ?? {}
  if (!upstream || !issuer || !frontchannelLogout || !data) return undefined
  if (data.iss !== undefined && data.iss !== issuer) return undefined
  const out = { upstreamId: upstream.id, sid: data.sid, ip: requestState(ctx).clientIp }
  const ended = await actingAs(`upstream:${upstream.id}`, () => endFromUpstream(services, out))
  // A person who signed out here before is no guess, and counts as little as one sign-in.
  if (ended === 0) onMiss()
  return issuer
}

/** The answer is empty, and only the provider may frame it. No other answer of this server may be framed. */
function allowFrameOf(ctx: AnyContext, issuer: string): void {
  ctx.remove('X-Frame-Options')
  replaceContentPolicy(ctx, `default-src 'none'; frame-ancestors ${new URL(issuer).origin}`)
}
