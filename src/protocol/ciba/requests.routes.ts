/** The account page for backchannel requests (CIBA): the person sees them, and approves or refuses. */
import type { Router } from '@koa/router'
import { z } from 'zod'
import { isStrong, levelOf, LEVELS, meetsLevel } from '../../accounts/levels.ts'
import { duePath, NEW_PASSKEY_PATH, REQUESTS_PATH, signInAgainPath } from '../../accounts/account-pages.ts'
import { needsSecondFactor, strongestLevel } from '../../accounts/second-factor-needed.ts'
import type { PageServices } from '../../feature.ts'
import { formOf } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validate } from '../../http/request/validate.ts'
import { answerRequest } from './answer-request.ts'
import { listOpenRequests } from './backchannel-requests.ts'
import type { BackchannelRequest } from './backchannel-requests.ts'
import { clientNameOf } from '../../provider/clients/client-documents.ts'
import { hasOfflineAccess } from '../../provider/grants/lifetimes.ts'
import { resourceScopeTitle, scopeWords } from '../../provider/grants/scope-words.ts'
import { given } from '../../words/message.ts'
import type { Message } from '../../words/message.ts'
import { MINUTE_MS } from '../../platform/clock.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import type { Member } from '../../interaction/member.ts'
import { findClient } from '../../interaction/open-interaction.ts'
import { redirect } from '../../interaction/page.ts'
import { requiresSecondFactor } from '../../provider/requests/authentication-levels.ts'

/** An answer gives access, so it needs a recent sign-in: the browser may have been left open. */
const RECENT_MS = 15 * MINUTE_MS

const schema = z.object({ id: z.string().max(43), decision: z.enum(['allow', 'deny']) })

export function requestsRoutes(services: PageServices): Router {
  return memberRoutes(services, 'requests', [
    ['get', '/account/requests', show],
    ['post', '/account/requests', answer],
  ])
}

async function show(services: PageServices, ctx: AnyContext, member: Member): Promise<void> {
  const open = await listOpenRequests(services.db, member.account.id, services.clock())
  const requests = await Promise.all(open.map((request) => shown(services, request)))
  const locals = {
    requests,
    action: REQUESTS_PATH,
    recent: await mayAnswer(services, member),
    signInAgainHref: signInAgainPath('requests'),
    signOutHref: SIGN_OUT_PATH,
    ...services.nextPage.take(ctx, member),
  }
  services.render(ctx, 'account-requests', { ...locals })
}

async function shown(services: PageServices, request: BackchannelRequest) {
  const { requestDigest, clientId, scope, bindingMessage, createdAtMs, expiresAtMs } = request
  const names = scope.split(' ').filter(Boolean)
  return {
    id: requestDigest,
    appName: await clientNameOf(services.oidc.current(), clientId),
    bindingMessage,
    scopes: await Promise.all(
      names.map(
        async (name) => scopeWords(name)?.title ?? (await scopeTitle(services, request.resources, name)),
      ),
    ),
    offline: hasOfflineAccess(scope),
    askedAtMs: createdAtMs,
    expiresAtMs,
  }
}

/** A scope of one of these resource servers, in words for people. */
async function scopeTitle(
  { findResource }: PageServices,
  resources: readonly string[],
  scope: string,
): Promise<Message> {
  const found = await Promise.all(resources.map(findResource))
  const knowing = found.find((resource) => resource?.scopes.split(' ').includes(scope))
  const title = resourceScopeTitle(knowing, scope)
  return knowing?.name ? { id: 'scope-at', args: { title, resource: knowing.name } } : given(title)
}

async function answer(services: PageServices, ctx: AnyContext, member: Member): Promise<void> {
  if (!(await mayAnswer(services, member))) return redirect(ctx, signInAgainPath('requests'))
  const { id, decision } = validate(schema, formOf(ctx))
  const { account, signedInAtMs, amr } = member
  const stronger = decision === 'allow' && (await strongerPath(services, member, id))
  if (stronger) return services.nextPage.lead(ctx, stronger, 'requests-stronger')
  const { became, clientId } = await answerRequest(services, {
    requestDigest: id,
    accountId: account.id,
    answer: decision === 'allow' ? 'approved' : 'denied',
    signedInAtMs,
    amr,
  })
  const app = clientId === undefined ? '' : await clientNameOf(services.oidc.current(), clientId)
  const isDone = became === 'done'
  const words = { id: isDone ? `requests-done-${decision}` : NOT_DONE[became], args: { app } }
  const outcome = isDone ? { notice: words } : { errors: { '': words } }
  services.nextPage.lead(ctx, REQUESTS_PATH, outcome, member)
}

/** Why the pressed button had no effect. */
const NOT_DONE = {
  wasApproved: 'requests-was-approved',
  wasDenied: 'requests-was-denied',
  expired: 'requests-was-expired',
  unknown: 'requests-unknown',
}

/** Where the person reaches the level that the request or its app needs, if this session is weaker. */
async function strongerPath(
  { db, clock, oidc }: PageServices,
  { account, amr }: Member,
  id: string,
): Promise<string | undefined> {
  const open = await listOpenRequests(db, account.id, clock())
  const request = open.find(({ requestDigest }) => requestDigest === id)
  if (!request) return undefined
  const isRequired = requiresSecondFactor(await findClient(oidc.current(), request.clientId))
  const needed = request.level ?? (isRequired ? LEVELS[1] : LEVELS[0])
  if (meetsLevel(levelOf(amr), needed)) return undefined
  if (meetsLevel(await strongestLevel(db, account.id), needed)) return signInAgainPath('requests')
  return needed === LEVELS[2] ? `${NEW_PASSKEY_PATH}?for=requests` : duePath('second_factor', 'requests')
}

/** A session from before the second factor was set up is not enough. */
async function mayAnswer({ db, clock }: PageServices, member: Member): Promise<boolean> {
  if (clock() - member.signedInAtMs >= RECENT_MS) return false
  return isStrong(member.amr) || !(await needsSecondFactor(db, member.account.id))
}
