/**
 * Finds the grant that an authorization request may use: the session's own, or a new one made from a consent that the
 * person gave earlier (remembered in SQL), or from the trust that a first-party client has.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { recordGrant } from '../../accounts/account-grants.ts'
import { findConsent } from '../../accounts/consents.ts'
import { pinOf } from '../clients/client-documents.ts'
import type { Clock } from '../../platform/clock.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import type { Db } from '../../platform/database.ts'

type Needs = { db: Db; clock: Clock; grantSeconds: number }
type Grant = InstanceType<KoaContextWithOIDC['oidc']['provider']['Grant']>
type Scopes = { oidc: string[]; claims: string[]; resources: Record<string, string[]> }

export function createLoadExistingGrant(needs: Needs) {
  return async (ctx: KoaContextWithOIDC): Promise<Grant | undefined> => {
    const { client, session, result, provider } = ctx.oidc
    if (!client || !session?.accountId) return undefined
    if (await describesItselfAnew(needs, ctx)) return undefined
    const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId)
    const existing = grantId ? await provider.Grant.find(grantId) : undefined
    const allowed = await allowedWithoutAsking(needs, ctx)
    if (existing) return widen(existing, ctx, allowed)
    return allowed ? create(needs, ctx, allowed) : undefined
  }
}

async function allowedWithoutAsking(needs: Needs, ctx: KoaContextWithOIDC): Promise<Scopes | undefined> {
  const { client, session, prompts } = ctx.oidc
  if (client?.['first_party'] === true) return requested(ctx)
  if (prompts.has('consent') || ctx.oidc.result?.consent) return undefined
  const consent = await findConsent(needs.db, session?.accountId ?? '', client?.clientId ?? '')
  return consent ? { ...consent, oidc: consent.scopes } : undefined
}

/** A client known by its document that is not what the person agreed to: neither grant nor consent holds any more. */
async function describesItselfAnew({ db }: Needs, { oidc }: KoaContextWithOIDC): Promise<boolean> {
  const pin = pinOf(oidc.client)
  if (!pin) return false
  const consent = await findConsent(db, oidc.session?.accountId ?? '', oidc.client?.clientId ?? '')
  return consent?.clientPin?.digest !== pin.digest
}

function requested(ctx: KoaContextWithOIDC): Scopes {
  const { requestParamOIDCScopes, requestParamClaims, requestParamScopes, resourceServers = {} } = ctx.oidc
  const resources = Object.entries(resourceServers).map(([identifier, server]) => [
    identifier,
    [...server.scopes].filter((scope) => requestParamScopes.has(scope)),
  ])
  return {
    oidc: [...requestParamOIDCScopes],
    claims: [...requestParamClaims],
    resources: Object.fromEntries(resources),
  }
}

// Only a first-party grant grows by itself: for others the consent page does it.
async function widen(grant: Grant, ctx: KoaContextWithOIDC, allowed: Scopes | undefined): Promise<Grant> {
  if (!allowed || ctx.oidc.client?.['first_party'] !== true) return grant
  const before = JSON.stringify([grant.openid, grant.resources])
  addScopes(grant, allowed)
  if (JSON.stringify([grant.openid, grant.resources]) !== before) await grant.save()
  return grant
}

async function create(needs: Needs, ctx: KoaContextWithOIDC, allowed: Scopes): Promise<Grant | undefined> {
  const { provider, client, session } = ctx.oidc
  if (!client || !session?.accountId) return undefined
  const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId })
  addScopes(grant, allowed)
  const grantId = await grant.save()
  await recordGrant(needs.db, {
    grantId,
    accountId: session.accountId,
    clientId: client.clientId,
    sessionUid: session.uid,
    createdAtMs: needs.clock(),
    expiresAtMs: needs.clock() + needs.grantSeconds * SECOND_MS,
  })
  return grant
}

/** Adds what was allowed to a grant that is still to be saved. */
export function addScopes(grant: Grant, scopes: Scopes): void {
  if (scopes.oidc.length > 0) grant.addOIDCScope(scopes.oidc.join(' '))
  if (scopes.claims.length > 0) grant.addOIDCClaims(scopes.claims)
  for (const [identifier, names] of Object.entries(scopes.resources))
    if (names.length > 0) grant.addResourceScope(identifier, names.join(' '))
}
