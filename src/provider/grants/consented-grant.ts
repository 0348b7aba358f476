/**
 * Finds the grant that an authorization request may use: the session's own, or a new one. A new one is made from a
 * consent that the person gave earlier (remembered in SQL), or because a first-party client is trusted.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { mayUse } from '../../groups/app-access.ts'
import type { Db } from '../../platform/sql/database.ts'
import { findConsent } from '../../consents/consents.ts'
import type { Services } from '../../services.ts'
import { pinOf } from '../clients/client-documents.ts'
import { foundAccount } from '../contract/found-account.ts'
import { addScopes, requestedScopes, saveGrant } from './grant.ts'
import type { Grant, GrantScopes } from './grant.ts'

const NOBODY = { groupIds: [] }

export function createLoadExistingGrant(services: Pick<Services, 'db' | 'clock' | 'config'>) {
  return async (ctx: KoaContextWithOIDC): Promise<Grant | undefined> => {
    const { client, session, result, provider } = ctx.oidc
    if (!client || !session?.accountId) return undefined
    // The page in words comes first.
    if (!mayUse(client, foundAccount(ctx)?.account ?? NOBODY)) return undefined
    if (await describesItselfAnew(services.db, ctx)) return undefined
    const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId)
    const existing = grantId ? await provider.Grant.find(grantId) : undefined
    const allowed = await allowedWithoutAsking(services.db, ctx)
    if (existing) return widen(services, ctx, existing, allowed)
    return allowed ? create(services, ctx, allowed) : undefined
  }
}

async function allowedWithoutAsking(db: Db, ctx: KoaContextWithOIDC): Promise<GrantScopes | undefined> {
  const { client, session, prompts } = ctx.oidc
  if (client?.['first_party'] === true) return requestedScopes(ctx, resourcesOf(ctx))
  if (prompts.has('consent') || ctx.oidc.result?.consent) return undefined
  const consent = await findConsent(db, session?.accountId ?? '', client?.clientId ?? '')
  return consent ? { ...consent, oidc: consent.scopes } : undefined
}

/** True when a client's document differs from what the person agreed to. Then neither grant nor consent is valid. */
async function describesItselfAnew(db: Db, { oidc }: KoaContextWithOIDC): Promise<boolean> {
  const pin = pinOf(oidc.client)
  if (!pin) return false
  const consent = await findConsent(db, oidc.session?.accountId ?? '', oidc.client?.clientId ?? '')
  return consent?.clientPin?.digest !== pin.digest
}

function resourcesOf({ oidc: { resourceServers = {} } }: KoaContextWithOIDC) {
  return Object.entries(resourceServers).map(([identifier, { scopes }]) => ({ identifier, scopes }))
}

/** Adds to the session's grant what the person allowed in another browser, or what a first-party app may have. */
async function widen(
  services: Pick<Services, 'db' | 'clock' | 'config'>,
  { oidc: { client, session } }: KoaContextWithOIDC,
  grant: Grant,
  allowed: GrantScopes | undefined,
): Promise<Grant> {
  if (!allowed) return grant
  const before = JSON.stringify([grant.openid, grant.resources])
  addScopes(grant, allowed)
  if (JSON.stringify([grant.openid, grant.resources]) !== before)
    await saveGrant(services, grant, client, session?.uid)
  return grant
}

async function create(
  services: Pick<Services, 'db' | 'clock' | 'config'>,
  ctx: KoaContextWithOIDC,
  allowed: GrantScopes,
): Promise<Grant | undefined> {
  const { provider, client, session } = ctx.oidc
  if (!client || !session?.accountId) return undefined
  const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId })
  addScopes(grant, allowed)
  await saveGrant(services, grant, client, session.uid)
  return grant
}
