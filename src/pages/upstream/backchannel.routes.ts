/** Where a provider says that somebody signed out there (OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8). */
import { Router } from '@koa/router'
import { formBody } from '../../http/request/body.ts'
import { formOf } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { actingAs } from '../../events/actor.ts'
import type { Services } from '../../services.ts'
import type { ReadLogoutToken } from '../../upstreams/client/logout-token.ts'
import { UpstreamFailure } from '../../upstreams/client/upstream-failure.ts'
import { endFromUpstream } from '../../upstreams/upstream-sessions.ts'
import { findUpstream } from '../../upstreams/upstream.ts'

/** For programs: no form of ours, and no cookie. The signature of the token proves who sends it. */
const BACKCHANNEL_PATH = '/upstream/:upstream/backchannel-logout'

/** A token and its name. Those of providers with many claims have about 2 KiB. */
const LARGEST_BODY_BYTES = 16 * 1024

export function backchannelRoutes(services: Services, readLogoutToken: ReadLogoutToken): Router {
  const router = new Router()
  router.post(BACKCHANNEL_PATH, formBody({ limitBytes: LARGEST_BODY_BYTES }), async (ctx) => {
    // §2.8
    ctx.set('Cache-Control', 'no-store')
    const problem = await receive(services, readLogoutToken, ctx)
    ctx.status = problem?.status ?? 200
    ctx.body = problem ? { error: problem.error, error_description: problem.message } : ''
  })
  return router
}

type Problem = { status: number; error: string; message: string }

async function receive(
  services: Services,
  readLogoutToken: ReadLogoutToken,
  ctx: AnyContext,
): Promise<Problem | undefined> {
  const upstream = await findUpstream(services.db, String(ctx['params'].upstream))
  if (!upstream) return refusal('there is no such provider here')
  try {
    const out = await readLogoutToken(upstream, formOf(ctx)['logout_token'] ?? '')
    const ended = await actingAs(`upstream:${upstream.id}`, () => endFromUpstream(services, out))
    return ended === undefined ? refusal('the token was used before') : undefined
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error
    services.log.warn({ err: error, upstream: upstream.id, reason: error.reason }, 'upstream.logout_refused')
    if (error.reason === 'invalid') return refusal(error.message)
    return { status: 503, error: 'temporarily_unavailable', message: 'its keys cannot be fetched' }
  }
}

function refusal(message: string): Problem {
  return { status: 400, error: 'invalid_request', message }
}
