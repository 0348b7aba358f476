/** The account page for backchannel requests (CIBA): the person sees them, and approves or refuses. */
import { Router } from '@koa/router'
import { z } from 'zod'
import { REQUESTS_PATH, signInAgainPath } from '../../accounts/account-pages.ts'
import type { Render } from '../../http/render.ts'
import { formOf } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validate } from '../../http/request/validate.ts'
import type { PersonAnswer, Outcome as AnswerOutcome } from './answer-request.ts'
import type { BackchannelRequest } from './backchannel-requests.ts'
import { hasOfflineAccess } from '../../provider/grants/lifetimes.ts'
import { scopeWords } from '../../provider/grants/scope-words.ts'
import { MINUTE_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import { asMember, SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { FindMember, Member } from '../../interaction/member.ts'

type Needs = {
  clock: Clock
  render: Render
  findMember: FindMember
  openRequests: (accountId: string) => Promise<BackchannelRequest[]>
  answer: (answer: PersonAnswer) => Promise<AnswerOutcome>
  clientName: (clientId: string) => Promise<string | undefined>
  /** A scope of one of these resource servers, in words for people. */
  scopeTitle: (resources: readonly string[], scope: string) => Promise<string>
}

/** An answer gives access, so it needs a recent sign-in: the browser may have been left open. */
const RECENT_MS = 15 * MINUTE_MS

const schema = z.object({ id: z.string().max(43), decision: z.enum(['allow', 'deny']) })

export function requestsRoutes(needs: Needs): Router {
  const router = new Router()
  const member = asMember(needs.findMember, 'requests')
  router.get(
    '/account/requests',
    member((ctx, who) => show(needs, ctx, who)),
  )
  router.post(
    '/account/requests',
    member((ctx, who) => answer(needs, ctx, who)),
  )
  return router
}

type Outcome = { notice?: string; errors?: Record<string, string>; status?: number }

async function show(
  needs: Needs,
  ctx: AnyContext,
  member: Member,
  { status, ...outcome }: Outcome = {},
): Promise<void> {
  const open = await needs.openRequests(member.account.id)
  const requests = await Promise.all(open.map((request) => shown(needs, request)))
  const locals = {
    requests,
    action: REQUESTS_PATH,
    recent: isRecent(needs, member),
    signInAgainHref: signInAgainPath('requests'),
    signOutHref: SIGN_OUT_PATH,
    ...outcome,
  }
  needs.render(ctx, 'account-requests', { title: 'Requests', ...locals }, status ?? 200)
}

async function shown({ clientName, scopeTitle }: Needs, request: BackchannelRequest) {
  const { requestDigest, clientId, scope, bindingMessage, createdAtMs, expiresAtMs } = request
  const names = scope.split(' ').filter(Boolean)
  return {
    id: requestDigest,
    appName: (await clientName(clientId)) ?? clientId,
    bindingMessage,
    scopes: await Promise.all(
      names.map(async (name) => scopeWords(name)?.title ?? (await scopeTitle(request.resources, name))),
    ),
    offline: hasOfflineAccess(scope),
    askedAtMs: createdAtMs,
    expiresAtMs,
  }
}

async function answer(needs: Needs, ctx: AnyContext, member: Member): Promise<void> {
  if (!isRecent(needs, member)) {
    ctx.redirect(signInAgainPath('requests'))
    ctx.status = 303
    return
  }
  const { id, decision } = validate(schema, formOf(ctx))
  const { account, signedInAtMs, amr } = member
  const { became, clientId } = await needs.answer({
    requestDigest: id,
    accountId: account.id,
    answer: decision === 'allow' ? 'approved' : 'denied',
    signedInAtMs,
    amr,
  })
  const app = clientId === undefined ? '' : ((await needs.clientName(clientId)) ?? clientId)
  const words = became === 'done' ? DONE[decision](app) : NOT_DONE[became](app)
  const outcome = became === 'done' ? { notice: words } : { errors: { '': words }, status: 409 }
  await show(needs, ctx, member, outcome)
}

const DONE = {
  allow: (app: string) => `Allowed. ${app} gets access; you can take it back under Apps.`,
  deny: (app: string) => `Refused. ${app} gets no access.`,
}

/** Why the pressed button had no effect. */
const NOT_DONE = {
  wasApproved: (app: string) =>
    `You have allowed this request of ${app} already. You can take its access back under Apps.`,
  wasDenied: (app: string) => `You have refused this request of ${app} already. It gets no access.`,
  expired: (app: string) =>
    `This request of ${app} has run out and gives no access. If you still want it, begin again there.`,
  unknown: () => 'This request is not there any more.',
}

function isRecent({ clock }: Needs, { signedInAtMs }: Member): boolean {
  return clock() - signedInAtMs < RECENT_MS
}
