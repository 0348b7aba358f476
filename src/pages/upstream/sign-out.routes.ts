/**
 * A sign-out here that goes on at the provider where the session began (OpenID Connect RP-Initiated Logout 1.0): at once, or
 * after a page that asks. The provider sends the browser back to an address of this server alone. Where it goes from there
 * is in a sealed cookie, and was checked before the sign-out.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { Router } from '@koa/router'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { z } from 'zod'
import { cookieName, cookieOf } from '../../http/request/cookies.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { redirect } from '../../interaction/page.ts'
import { MINUTE_MS } from '../../platform/clock.ts'
import { equalsInConstantTime, randomToken } from '../../platform/tokens.ts'
import { LIBRARY_PATHS } from '../../provider/endpoints/addresses.ts'
import { isDestroyed } from '../../provider/sessions/recorded-sign-ins.ts'
import type { Services } from '../../services.ts'
import { UpstreamFailure } from '../../upstreams/client/upstream-failure.ts'
import type { UpstreamClient } from '../../upstreams/client/upstream-client.ts'
import { forgetUpstreamSession, idTokenOf, upstreamOfSession } from '../../upstreams/upstream-sessions.ts'
import { findUpstream } from '../../upstreams/upstream.ts'
import type { Upstream } from '../../upstreams/upstream.ts'
import { readersLanguage } from '../../words/reader.ts'
import type { UpstreamServices } from './upstream-pages.ts'

const SIGN_OUT_PATH = '/upstream/sign-out'
/** The page that ends each sign-out. */
const DONE_PATH = `${LIBRARY_PATHS.end_session}/success`

const COOKIE_MS = 15 * MINUTE_MS
const CONTEXT = 'upstream-sign-out'
/** Browsers keep no cookie that is longer, with its name. */
const LONGEST_COOKIE = 3900
/** The person is signed out here already. They do not wait for a provider that does not answer. */
const PATIENCE_MS = 2000

const leaving = z.object({
  upstreamId: z.string(),
  /** Names the row with the ID token. */
  session: z.string(),
  /** What the provider has to send back. */
  state: z.string(),
  /** Where the sign-out here would have gone. */
  next: z.string(),
})
type Leaving = z.infer<typeof leaving>

type SignOutServices = Services & { upstreamClient: UpstreamClient }

export function signOutRoutes(services: UpstreamServices): Router {
  const router = new Router()
  router.get('/upstream/sign-out', (ctx) => withLeaving(services, ctx, show))
  router.post('/upstream/sign-out', (ctx) => withLeaving(services, ctx, submit))
  router.get('/upstream/:upstream/signed-out', (ctx) => comeBack(services, ctx))
  return router
}

/** Runs once a session has ended, before the browser leaves. Changes where it goes. */
export async function goOnThere(services: SignOutServices, ctx: KoaContextWithOIDC): Promise<void> {
  const { session } = ctx.oidc
  if (ctx.status !== 303 || !session?.accountId || !isDestroyed(session)) return
  const found = await upstreamOfSession(services.db, session.uid)
  const upstream = found && (await findUpstream(services.db, found.upstreamId))
  if (!found || !upstream?.enabled || upstream.signOut === 'never') return
  const next = ctx.response.get('Location')
  // An app that signs a person out wants them back. It is not kept waiting for an answer.
  if (upstream.signOut === 'offer' && !next.startsWith(ctx.oidc.urlFor('end_session_success'))) return
  const left = { upstreamId: upstream.id, session: found.id, state: randomToken(), next }
  const url = await Promise.race([
    addressOf(services, upstream, left),
    pause(PATIENCE_MS, undefined, { ref: false }),
  ])
  if (!url || !remember(services, ctx, left)) return
  if (upstream.signOut === 'offer') return redirect(ctx, SIGN_OUT_PATH)
  await forgetUpstreamSession(services.db, found.id)
  redirect(ctx, url.href)
}

/** Nothing where the provider has no such page, or does not answer. */
async function addressOf(
  { upstreamClient, db, sealer, log }: SignOutServices,
  upstream: Upstream,
  { session, state }: Leaving,
): Promise<URL | undefined> {
  try {
    const idToken = await idTokenOf({ db, sealer }, session)
    return await upstreamClient.signOutUrl(upstream, { idToken, state, locale: readersLanguage() })
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error
    log.warn({ err: error, upstream: upstream.id, reason: error.reason }, 'upstream.not_signed_out')
    return undefined
  }
}

type Work = (services: UpstreamServices, ctx: AnyContext, left: Leaving, upstream: Upstream) => Promise<void>

async function withLeaving(services: UpstreamServices, ctx: AnyContext, work: Work): Promise<void> {
  const left = readCookie(services, ctx)
  const upstream = left && (await findUpstream(services.db, left.upstreamId))
  if (!left || !upstream) return redirect(ctx, DONE_PATH)
  await work(services, ctx, left, upstream)
}

async function show(
  services: UpstreamServices,
  ctx: AnyContext,
  { next }: Leaving,
  { label }: Upstream,
): Promise<void> {
  const locals = { label, action: SIGN_OUT_PATH, nextHref: next, errors: {}, ...services.nextPage.take(ctx) }
  services.render(ctx, 'upstream-sign-out', locals)
  return Promise.resolve()
}

async function submit(
  services: UpstreamServices,
  ctx: AnyContext,
  left: Leaving,
  upstream: Upstream,
): Promise<void> {
  const url = await addressOf(services, upstream, left)
  if (!url) {
    const problem = { id: 'upstream-sign-out-down', args: { provider: upstream.label } }
    return services.nextPage.lead(ctx, SIGN_OUT_PATH, { errors: { '': problem } })
  }
  await forgetUpstreamSession(services.db, left.session)
  redirect(ctx, url.href)
}

/** Without the cookie, or with another `state`, the browser goes to our own page and nowhere else. */
function comeBack(services: UpstreamServices, ctx: AnyContext): void {
  const left = readCookie(services, ctx)
  writeCookie(services, ctx, null)
  const { state } = ctx.query
  const isSame =
    left?.upstreamId === ctx['params'].upstream &&
    typeof state === 'string' &&
    equalsInConstantTime(state, left?.state ?? '')
  redirect(ctx, isSame && left ? left.next : DONE_PATH)
}

type Sealing = Pick<Services, 'config' | 'sealer'>

/** False when it is too long for a cookie: an app may choose a long address to come back to. */
function remember(services: Sealing, ctx: AnyContext, left: Leaving): boolean {
  const sealed = services.sealer.seal(JSON.stringify(left), CONTEXT)
  if (sealed.length > LONGEST_COOKIE) return false
  writeCookie(services, ctx, sealed)
  return true
}

function readCookie({ config, sealer }: Sealing, ctx: AnyContext): Leaving | undefined {
  const sealed = cookieOf(ctx, cookieName('sign_out', config.secure))
  const opened = sealed ? sealer.open(sealed, CONTEXT) : undefined
  return opened === undefined ? undefined : leaving.parse(JSON.parse(opened))
}

function writeCookie(
  { config: { secure } }: Pick<Services, 'config'>,
  ctx: AnyContext,
  value: string | null,
) {
  const options = { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: false } as const
  ctx.cookies.set(cookieName('sign_out', secure), value, { ...options, ...(value && { maxAge: COOKIE_MS }) })
}
