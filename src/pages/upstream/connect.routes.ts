/**
 * The page for somebody who signed in at another provider, while no account here is connected with it. They sign in to their
 * account, or register, and then press the button that connects the two.
 */
import { Router } from '@koa/router'
import { signInAgainPath, signInPath } from '../../accounts/account-pages.ts'
import { findAccountByEmail, isVerified } from '../../accounts/account.ts'
import { SECURITY_PATH } from '../../factors/factor-changes.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import type { Member } from '../../interaction/member.ts'
import { shownClient } from '../../interaction/open-interaction.ts'
import { redirect, returnQuery } from '../../interaction/page.ts'
import { OWN_PAGE } from '../../interaction/pending/pending-sign-ins.ts'
import { dropKept, findKept } from '../../upstreams/client/flows.ts'
import type { KeptIdentity } from '../../upstreams/client/flows.ts'
import { connect } from '../../upstreams/links.ts'
import { mayUse } from '../../upstreams/upstream-sign-in.ts'
import { findUpstream } from '../../upstreams/upstream.ts'
import type { Upstream } from '../../upstreams/upstream.ts'
import type { Message } from '../../words/message.ts'
import { CONNECT_PATH } from './callback.routes.ts'
import { connectedText, connectionProblem, isProven } from './connections.routes.ts'
import { signInPathOf, wayOnOf } from './refusals.ts'
import type { UpstreamServices } from './upstream-pages.ts'

const TITLES = { signIn: 'upstream-which-title', connect: 'upstream-connect-title' }

export function connectRoutes(services: UpstreamServices): Router {
  const router = new Router()
  router.get('/upstream/connect', (ctx) => withKept(services, ctx, show))
  router.post('/upstream/connect', (ctx) => withKept(services, ctx, submit))
  router.post('/upstream/connect/sign-in', (ctx) => withKept(services, ctx, leadToSignIn))
  router.post('/upstream/connect/register', (ctx) => withKept(services, ctx, leadToRegister))
  router.post('/upstream/connect/not-now', (ctx) => withKept(services, ctx, drop))
  for (const path of ['sign-in', 'register', 'not-now'])
    router.get(`${CONNECT_PATH}/${path}`, (ctx) => redirect(ctx, CONNECT_PATH))
  return router
}

export type Kept = KeptIdentity & { upstream: Upstream }
type Work = (services: UpstreamServices, ctx: AnyContext, kept: Kept) => Promise<void> | void

/** Without an open question the person is led to their security page, which asks for a sign-in. */
export async function withKept(services: UpstreamServices, ctx: AnyContext, work: Work): Promise<void> {
  const kept = await findKept(services, services.browserSecret.read(ctx))
  const upstream = kept && (await findUpstream(services.db, kept.upstreamId))
  if (!kept || !upstream?.enabled) return redirect(ctx, SECURITY_PATH)
  await work(services, ctx, { ...kept, upstream })
}

async function show(services: UpstreamServices, ctx: AnyContext, kept: Kept): Promise<void> {
  const member = await services.findMember(ctx)
  const { identity, upstream, client } = kept
  const { email, emailVerified } = identity
  await services.wearBrand(ctx, client)
  // The provider vouches for the address, so this person may know who has it here.
  const known = emailVerified && email !== undefined && (await findAccountByEmail(services.db, email))
  services.render(ctx, 'upstream-connect', {
    title: member ? TITLES.connect : TITLES.signIn,
    label: upstream.label,
    shownAs: identity.shownAs,
    client: client && (await shownClient(services.oidc.current(), client)),
    known: known ? known.email : undefined,
    account: member && { email: member.account.email },
    unverified: member !== undefined && !isVerified(member.account),
    action: CONNECT_PATH,
    errors: {},
    ...services.nextPage.take(ctx),
  })
}

async function submit(services: UpstreamServices, ctx: AnyContext, kept: Kept): Promise<void> {
  const member = await services.findMember(ctx)
  if (!member) return redirect(ctx, CONNECT_PATH)
  if (!(await isProven(services, member))) return redirect(ctx, signInAgainPath('connect'))
  const problem = await problemOf(services, ctx, member, kept)
  if (problem) return services.nextPage.lead(ctx, CONNECT_PATH, { errors: { '': problem } })
  await dropKept(services, kept)
  if (kept.of !== OWN_PAGE) return redirect(ctx, wayOnOf(kept))
  services.nextPage.lead(ctx, SECURITY_PATH, { notice: connectedText(kept.upstream.label) }, member)
}

async function problemOf(
  services: UpstreamServices,
  ctx: AnyContext,
  { account }: Member,
  { upstream, identity }: Kept,
): Promise<Message | undefined> {
  if (!mayUse(upstream, identity)) return connectionProblem('gone', '')
  const by = { actor: account.id, ip: requestState(ctx).clientIp }
  const result = await connect(services, { accountId: account.id, upstream, identity }, by)
  return result.ok ? undefined : connectionProblem(result.reason, upstream.label)
}

function leadToSignIn({ nextPage }: UpstreamServices, ctx: AnyContext, { identity, upstream }: Kept): void {
  const values: Record<string, string> = identity.email ? { email: identity.email } : {}
  nextPage.lead(ctx, signInPath('connect'), {
    values,
    notice: { id: 'upstream-which-notice', args: { provider: upstream.label } },
  })
}

function leadToRegister(
  { nextPage }: UpstreamServices,
  ctx: AnyContext,
  { of, query, identity }: Kept,
): void {
  const { email = '', name = '' } = identity
  const way = of === OWN_PAGE ? '' : returnQuery(of, query)
  nextPage.lead(ctx, `/register${way}`, { values: { email, name } })
}

async function drop(services: UpstreamServices, ctx: AnyContext, kept: Kept): Promise<void> {
  await dropKept(services, kept)
  redirect(ctx, signInPathOf(kept))
}
