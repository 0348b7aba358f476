/** Connects the account of a signed-in person with other providers, and takes connections away. */
import type { Router } from '@koa/router'
import { signInAgainPath } from '../../accounts/account-pages.ts'
import { isVerified } from '../../accounts/account.ts'
import { isRecentProof } from '../../factors/recent-proof.ts'
import { SECURITY_PATH } from '../../factors/factor-changes.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { redirect } from '../../interaction/page.ts'
import { OWN_PAGE } from '../../interaction/pending/pending-sign-ins.ts'
import type { Flow } from '../../upstreams/client/flows.ts'
import type { UpstreamIdentity } from '../../upstreams/identity.ts'
import { connect, disconnect } from '../../upstreams/links.ts'
import type { Connected } from '../../upstreams/links.ts'
import type { Upstream } from '../../upstreams/upstream.ts'
import { mayUse } from '../../upstreams/upstream-sign-in.ts'
import type { Message } from '../../words/message.ts'
import { begin } from './begin.ts'
import { refusalText } from './refusals.ts'
import type { UpstreamServices } from './upstream-pages.ts'

export function connectionRoutes(services: UpstreamServices): Router {
  return memberRoutes(services, 'security', [
    ['post', '/account/security/connections/:upstream', beginConnection],
    ['post', '/account/security/connections/:upstream/remove', remove],
  ])
}

async function beginConnection(services: UpstreamServices, ctx: AnyContext, member: Member): Promise<void> {
  if (!(await isProven(services, member))) return redirect(ctx, signInAgainPath('security'))
  const refuse = (text: Message) => fail(services, ctx, member, text)
  if (!isVerified(member.account)) return refuse(connectionProblem('unverified', ''))
  const { sessionUid } = member
  const connects = { accountId: member.account.id, sessionUid }
  await begin(services, ctx, { of: OWN_PAGE, query: '', strict: false, connects }, { refuse })
}

/** A browser that was left open is not enough. */
export function isProven(
  { db, clock }: Pick<UpstreamServices, 'db' | 'clock'>,
  { account, signedInAtMs }: Member,
): Promise<boolean> {
  return isRecentProof(db, account.id, signedInAtMs, clock())
}

type Came = { upstream: Upstream; identity: UpstreamIdentity; connects: NonNullable<Flow['connects']> }

/** Both sides are proven: the session that began is still there, and the provider has vouched for the identity. */
export async function connectHere(
  services: UpstreamServices,
  ctx: AnyContext,
  { upstream, identity, connects }: Came,
): Promise<void> {
  const member = await services.findMember(ctx)
  const isSame = member?.sessionUid === connects.sessionUid && member.account.id === connects.accountId
  if (!member || !isSame) return redirect(ctx, signInAgainPath('security'))
  if (!mayUse(upstream, identity)) return fail(services, ctx, member, refusalText('domain', upstream.label))
  const by = { actor: member.account.id, ip: requestState(ctx).clientIp }
  const result = await connect(services, { accountId: member.account.id, upstream, identity }, by)
  if (!result.ok) return fail(services, ctx, member, connectionProblem(result.reason, upstream.label))
  services.nextPage.lead(ctx, SECURITY_PATH, { notice: connectedText(upstream.label) }, member)
}

type Problem = Exclude<Connected, { ok: true }>['reason']

const PROBLEMS: Record<Problem, string> = {
  taken: 'upstream-taken',
  other: 'upstream-other',
  unverified: 'upstream-unverified',
  gone: 'upstream-gone',
}

export function connectionProblem(reason: Problem, label: string): Message {
  return { id: PROBLEMS[reason], args: { provider: label } }
}

export function connectedText(label: string): Message {
  return { id: 'upstream-connected', args: { provider: label } }
}

async function remove(services: UpstreamServices, ctx: AnyContext, member: Member): Promise<void> {
  if (!(await isProven(services, member))) return redirect(ctx, signInAgainPath('security'))
  const { id: accountId } = member.account
  const upstreamId = String(ctx['params'].upstream)
  const by = { actor: accountId, ip: requestState(ctx).clientIp }
  const result = await disconnect(services, { accountId, upstreamId }, by)
  if (result.ok)
    return services.nextPage.lead(ctx, SECURITY_PATH, { notice: disconnectedText(result.label) }, member)
  const isLast = result.reason === 'last_way_in'
  fail(services, ctx, member, isLast ? 'upstream-last-way-in' : 'upstream-disconnected-before')
}

function disconnectedText(label: string): Message {
  return { id: 'upstream-disconnected', args: { provider: label } }
}

function fail({ nextPage }: UpstreamServices, ctx: AnyContext, member: Member, text: Message): void {
  nextPage.lead(ctx, SECURITY_PATH, { errors: { '': text } }, member)
}
