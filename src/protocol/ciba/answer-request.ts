/**
 * A person's answer to a backchannel request (CIBA). Each request is answered once; an approval makes a grant for the
 * client.
 */
import { errors } from 'oidc-provider'
import { recordAudit } from '../../audit/audit.ts'
import { rememberConsent } from '../../consents/consents.ts'
import { mayUseNow } from '../../groups/app-access.ts'
import type { LimitedClient } from '../../groups/app-access.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import type { Site } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { isOpenidScope } from '../../clients/client-metadata.ts'
import { addScopes, saveGrant } from '../../provider/grants/grant.ts'
import { levelOf } from '../../accounts/levels.ts'
import { claimRequest, endOfRequest, reopenRequest } from './backchannel-requests.ts'
import type { Answer, Claimed } from './backchannel-requests.ts'
import { uncountRequest } from './person-limits.ts'

type AnswerServices = Pick<Services & Site, 'db' | 'clock' | 'config' | 'sealer' | 'findResource'> & {
  oidc: Pick<Site['oidc'], 'current'>
}

export type PersonAnswer = {
  requestDigest: string
  accountId: string
  answer: Answer
  /** When and how the person signed in here, for the ID token. */
  signedInAtMs: number
  amr: string[] | undefined
}

/**
 * `done` when the answer was carried out. Otherwise the request was answered before (`wasApproved`, `wasDenied`), here
 * or in another tab. Or it had `expired`, and the app was notified of that. `unknown` also covers a request of another
 * account.
 */
export type Became = 'done' | 'wasApproved' | 'wasDenied' | 'expired' | 'unknown'
/** With the app of the request, unless the request is unknown. */
export type Outcome = { became: Became; clientId?: string }

const ENDS = { approved: 'wasApproved', denied: 'wasDenied', expired: 'expired' } as const

export async function answerRequest(services: AnswerServices, personAnswer: PersonAnswer): Promise<Outcome> {
  const { requestDigest, accountId, answer } = personAnswer
  const claim = { requestDigest, accountId, answer, nowMs: services.clock() }
  const claimed = await claimRequest(services.db, services.sealer, claim)
  if (!claimed) {
    const ended = await endOfRequest(services.db, claim)
    return ended ? { became: ENDS[ended.end], clientId: ended.clientId } : { became: 'unknown' }
  }
  const done = await carryOut(services, personAnswer, claimed).catch(async (error: unknown) => {
    await reopenRequest(services.db, claim)
    throw error
  })
  if (!done) return { became: 'unknown' }
  await noteAnswer(services, personAnswer, claimed.clientId)
  if (answer === 'approved') await uncountRequest(services, claimed)
  return { became: 'done', clientId: claimed.clientId }
}

async function noteAnswer(
  { db, clock }: AnswerServices,
  { accountId, answer }: PersonAnswer,
  clientId: string,
): Promise<void> {
  await recordAudit(db, { atMs: clock(), action: `ciba.${answer}`, actor: accountId, accountId, clientId })
}

async function carryOut(
  services: AnswerServices,
  personAnswer: PersonAnswer,
  claimed: Claimed,
): Promise<boolean> {
  const provider = services.oidc.current()
  const request = await provider.BackchannelAuthenticationRequest.find(claimed.requestId)
  const client = await provider.Client.find(claimed.clientId)
  if (!request || !client) return false
  const refusal = await refusalOf(services, personAnswer, client, claimed)
  if (refusal !== undefined) {
    await provider.backchannelResult(request, new errors.AccessDenied(refusal))
    return true
  }
  const grant = await grantRequested(services, client, claimed, claimNames(request.claims))
  await provider.backchannelResult(request, grant, {
    authTime: Math.floor(personAnswer.signedInAtMs / SECOND_MS),
    ...(personAnswer.amr && { amr: personAnswer.amr, acr: levelOf(personAnswer.amr) }),
  })
  return true
}

async function refusalOf(
  { db }: AnswerServices,
  { answer }: PersonAnswer,
  client: LimitedClient,
  { accountId }: Claimed,
): Promise<string | undefined> {
  if (answer === 'denied') return 'the person refused'
  return (await mayUseNow(db, client, accountId)) ? undefined : 'this account may not use this client'
}

/**
 * The grant of an approval. It does not end with a browser session, because the client works without the person's
 * browser.
 */
async function grantRequested(
  services: AnswerServices,
  client: LimitedClient,
  { accountId, clientId, scope, resources }: Claimed,
  claims: string[],
) {
  const names = scope.split(' ').filter(Boolean)
  const byResource = await Promise.all(
    resources.map(async (identifier): Promise<[string, string[]]> => {
      const offered = (await services.findResource(identifier))?.scopes.split(' ') ?? []
      return [identifier, names.filter((name) => offered.includes(name))]
    }),
  )
  const allowed = { oidc: names.filter(isOpenidScope), claims, resources: Object.fromEntries(byResource) }
  const provider = services.oidc.current()
  const grant = new provider.Grant({ accountId, clientId })
  addScopes(grant, allowed)
  await saveGrant(services, grant, client)
  const consent = { scopes: allowed.oidc, claims, resources: allowed.resources }
  await rememberConsent(services.db, accountId, clientId, consent, services.clock())
  return grant
}

function claimNames(claims: unknown): string[] {
  return [...new Set(Object.values((claims ?? {}) as Record<string, object>).flatMap(Object.keys))]
}
