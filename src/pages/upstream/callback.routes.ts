/** The address that another provider sends the browser back to. Each provider has its own (RFC 9700 §4.4.2.2). */
import { Router } from '@koa/router'
import type { AnyContext } from '../../http/request/request-state.ts'
import { redirect } from '../../interaction/page.ts'
import { keepIdentity, takeFlow } from '../../upstreams/client/flows.ts'
import type { Flow, TakenFlow } from '../../upstreams/client/flows.ts'
import type { Identified } from '../../upstreams/client/upstream-client.ts'
import { isOffered } from '../../upstreams/offered.ts'
import { clientSecretOf, findUpstream } from '../../upstreams/upstream.ts'
import type { Upstream } from '../../upstreams/upstream.ts'
import { UpstreamFailure } from '../../upstreams/client/upstream-failure.ts'
import { signInAs } from './arrived.ts'
import { connectHere } from './connections.routes.ts'
import { leadBack, refusalText, wayOnOf } from './refusals.ts'
import type { UpstreamServices } from './upstream-pages.ts'

export const CONNECT_PATH = '/upstream/connect'
export const CREATE_PATH = '/upstream/create'

export function callbackRoutes(services: UpstreamServices): Router {
  const router = new Router()
  router.get('/upstream/:upstream/callback', (ctx) => comeBack(services, ctx))
  return router
}

async function comeBack(services: UpstreamServices, ctx: AnyContext): Promise<void> {
  const id = String(ctx['params'].upstream)
  const answer = new URLSearchParams(ctx.querystring)
  const browser = services.browserSecret.read(ctx)
  const taken = await takeFlow(services, { state: answer.get('state') ?? '', upstreamId: id, browser })
  if (!taken.ok) return showLost(services, ctx, taken)
  const { flow } = taken
  const upstream = await findUpstream(services.db, id)
  const isOn = upstream?.enabled && (flow.connects || isOffered(upstream, flow.client))
  if (!upstream || !isOn) return leadBack(services, ctx, flow, refusalText('off', ''))
  const identified = await identify(services, { ctx, upstream, flow, answer })
  if (!identified) return
  const { identity, there } = identified
  if (flow.connects) return connectHere(services, ctx, { upstream, identity, connects: flow.connects })
  const open = await signInAs(services, ctx, { upstream, identity, there, flow })
  if (open === undefined) return
  await keepIdentity(services, flow, identified)
  redirect(ctx, open === 'terms' ? CREATE_PATH : CONNECT_PATH)
}

type Answered = { ctx: AnyContext; upstream: Upstream; flow: Flow; answer: URLSearchParams }

/** Leads back and answers nothing when the answer proves nothing. */
async function identify(
  services: UpstreamServices,
  { ctx, upstream, flow, answer }: Answered,
): Promise<Identified | undefined> {
  try {
    const secret = await clientSecretOf(services.db, services.sealer, upstream.id)
    return await services.upstreamClient.identify({ upstream, secret, flow, answer })
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error
    const { reason } = error
    const level = reason === 'cancelled' ? 'info' : 'warn'
    services.log[level]({ err: error, upstream: upstream.id, reason }, 'upstream.sign_in_failed')
    const text = refusalText(reason, upstream.label)
    if (flow.connects)
      services.nextPage.lead(ctx, '/account/security', { errors: { '': text } }, flow.connects)
    else leadBack(services, ctx, flow, text)
    return undefined
  }
}

/** Nothing of the flow is shown to another browser. */
function showLost(services: UpstreamServices, ctx: AnyContext, lost: Exclude<TakenFlow, { ok: true }>): void {
  const { reason } = lost
  const href = 'flow' in lost ? wayOnOf(lost.flow) : '/sign-in'
  services.log.info({ reason }, 'upstream.flow_lost')
  const { title, text } = WORDS[reason]
  services.render(ctx, 'upstream-lost', { title, text, isUsed: reason === 'used', href }, 400)
}

const WORDS = {
  used: { title: 'upstream-used-title', text: 'upstream-used-text' },
  expired: { title: 'upstream-expired-title', text: 'upstream-expired-text' },
  no_cookie: { title: 'upstream-no-cookie-title', text: 'upstream-no-cookie-text' },
  other_browser: { title: 'upstream-other-browser-title', text: 'upstream-other-browser-text' },
  unknown: { title: 'upstream-unknown-title', text: 'upstream-unknown-text' },
} as const
