/**
 * What an app would see of a person: the claims of its ID tokens and of userinfo, by the code that issues them. Nothing is
 * issued, and nobody signs in.
 */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { isOpenidScope } from '../../clients/client-metadata.ts'
import type { Client } from '../../clients/client-rows.ts'
import { asksPeople } from '../../clients/client-metadata.ts'
import { allowedGroups, mayUse } from '../../groups/app-access.ts'
import { findGroup } from '../../groups/groups.ts'
import type { Services } from '../../services.ts'
import { protocolContext, settingsOf } from '../library/library.ts'

export type AppPreview = {
  may_use: boolean
  /** Why not. */
  reasons: { code: string; detail: string }[]
  /** The scopes of the preview, and those that were asked for and that the app may not have. */
  scope: string
  ignored_scope: string
  /** Null where the app learns nothing. */
  id_token: Record<string, unknown> | null
  userinfo: Record<string, unknown> | null
}

type Asked = {
  client: Client
  accountId: string
  /** Absent: all that the app may ask for. */
  scope?: string | undefined
}
type Known = Pick<Services, 'db' | 'config' | 'accountCache'>

export async function previewApp(provider: Provider, known: Known, asked: Asked): Promise<AppPreview> {
  const { client, accountId } = asked
  const may = client.metadata.scope.split(' ').filter(isOpenidScope)
  const wanted = asked.scope?.split(' ').filter(Boolean) ?? may
  const scope = wanted.filter((word) => may.includes(word)).join(' ')
  const reasons = await reasonsAgainst(known, client, accountId)
  const claims = reasons.length === 0 ? await claimsFor(provider, client.clientId, accountId, scope) : NOTHING
  return {
    may_use: reasons.length === 0,
    reasons,
    scope,
    ignored_scope: wanted.filter((word) => !may.includes(word)).join(' '),
    ...claims,
  }
}

const NOTHING = { id_token: null, userinfo: null }

async function reasonsAgainst(
  { db, config, accountCache }: Known,
  { metadata, disabledAtMs }: Client,
  accountId: string,
): Promise<AppPreview['reasons']> {
  const account = await accountCache.find(accountId)
  const reasons: AppPreview['reasons'] = []
  const because = (code: string, detail: string) => void reasons.push({ code, detail })
  if (disabledAtMs !== null) because('client_disabled', 'The app is disabled.')
  if (!asksPeople(metadata.grant_types)) because('no_person', 'The app signs nobody in.')
  if (!account || account.disabledAtMs !== null) because('account_disabled', 'The account is disabled.')
  else if (account.emailVerifiedAtMs === null && !config.accounts.unverifiedAccountsMayAuthorize)
    because('email_not_confirmed', 'The address is not confirmed. It is asked for at the sign-in.')
  if (account && !mayUse(metadata, account)) {
    const found = await Promise.all((allowedGroups(metadata) ?? []).map((id) => findGroup(db, id)))
    const names = found.flatMap((group) => group?.name ?? []).join(', ')
    because('not_in_groups', `The app is for members of these groups alone: ${names}.`)
  }
  return reasons
}

/** Members of the library that its published types leave out. */
type Models = {
  Claims: new (
    available: object,
    of: { ctx: KoaContextWithOIDC },
  ) => {
    scope: (value: string) => void
    result: () => Promise<Record<string, unknown>>
  }
}

async function claimsFor(provider: Provider, clientId: string, accountId: string, scope: string) {
  const ctx = protocolContext(provider, {}, provider.issuer)
  const client = await provider.Client.find(clientId)
  if (!client) return NOTHING
  ctx.oidc.entity('Client', client)
  const account = await settingsOf(provider).findAccount(ctx, accountId)
  if (!account) return NOTHING
  const { Claims } = provider as unknown as Models
  const claimsAt = async (use: 'id_token' | 'userinfo') => {
    const available = { ...(await account.claims(use, scope, {}, [])), sub: account.accountId }
    const claims = new Claims(available, { ctx })
    claims.scope(scope)
    return await claims.result()
  }
  // Without openid there is no ID token, and userinfo refuses the access token.
  if (!scope.split(' ').includes('openid')) return NOTHING
  return { id_token: await claimsAt('id_token'), userinfo: await claimsAt('userinfo') }
}
