/**
 * Other providers that people may sign in with: table `upstreams`. A definition is data of the operator. It says how the
 * provider is reached, who may use it, and what is believed of its answers. Who is connected is in `links.ts`.
 */
import type { Sql } from '../platform/sql/database.ts'
import type { SealedColumn } from '../platform/sql/reseal.ts'
import type { Sealer } from '../platform/tokens.ts'
import { AppError } from '../platform/errors.ts'

/** The topic of the change feed: a definition was added, changed or removed. */
export const UPSTREAMS_TOPIC = 'upstreams'

/** `oidc`: OpenID Connect with discovery. `oauth2`: OAuth 2 with addresses of the definition. */
export const KINDS = ['oidc', 'oauth2'] as const
export const AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'none'] as const
/** `create`: the first sign-in makes an account. `link_only`: people connect it to an account that they have. */
export const SIGN_UPS = ['create', 'link_only'] as const
/** `claim`: an address is verified when the provider says so. `always`: each is. `never`: none is. */
export const EMAIL_TRUSTS = ['claim', 'always', 'never'] as const

/** `offer`: the page after a sign-out here offers one there. `always`: each goes on there, and comes back. */
export const SIGN_OUTS = ['offer', 'always', 'never'] as const

/** In the list of clients: the person's own account pages. */
export const OWN_PAGES = 'account'

export type Endpoints = {
  authorization?: string | undefined
  token?: string | undefined
  userinfo?: string | undefined
  /** A list of `{ email, primary, verified }`, as GitHub has it. */
  emails?: string | undefined
}

/** Where each field is in the answer of the provider; `a.b` is the field b of a. */
export type Mapping = Partial<Record<MappedField, string>>
export type MappedField = (typeof MAPPED_FIELDS)[number]
export const MAPPED_FIELDS = [
  'subject',
  'email',
  'email_verified',
  'name',
  'given_name',
  'family_name',
  'locale',
  'zoneinfo',
  'username',
] as const

export type Upstream = {
  /** Chosen by the operator; part of the redirect address. */
  id: string
  kind: (typeof KINDS)[number]
  /** What people read: "Continue with LABEL". */
  label: string
  issuer: string | null
  endpoints: Endpoints
  clientId: string
  authMethod: (typeof AUTH_METHODS)[number]
  scope: string
  /** Added to the authorization request. */
  parameters: Record<string, string>
  mapping: Mapping
  /** Ids of the clients with this button, and `OWN_PAGES`. Empty for all. */
  clients: string[]
  /** Domains of the addresses that may come this way. Empty for all. */
  emailDomains: string[]
  signUp: (typeof SIGN_UPS)[number]
  emailTrust: (typeof EMAIL_TRUSTS)[number]
  /** Whether its `amr` mfa, or one of `mfaLevels` as `acr`, counts as a second factor here. */
  trustMfa: boolean
  mfaLevels: string[]
  /** Whether a sign-out here goes on there (OpenID Connect RP-Initiated Logout 1.0). */
  signOut: (typeof SIGN_OUTS)[number]
  /** Whether a browser may say that the person signed out there (OpenID Connect Front-Channel Logout 1.0). */
  frontchannelLogout: boolean
  enabled: boolean
  createdAtMs: number
  updatedAtMs: number
}

export type UpstreamWithSecret = Upstream & { clientSecretSealed: string | null }

type Row = Omit<Upstream, JsonColumn | FlagColumn> &
  Record<JsonColumn, string> &
  Record<FlagColumn, boolean | number>
type RowWithSecret = Row & Pick<UpstreamWithSecret, 'clientSecretSealed'>

const JSON_COLUMNS = ['endpoints', 'parameters', 'mapping', 'clients', 'emailDomains', 'mfaLevels'] as const
type JsonColumn = (typeof JSON_COLUMNS)[number]
type FlagColumn = 'trustMfa' | 'frontchannelLogout' | 'enabled'

const COLUMNS = [
  'id',
  'kind',
  'label',
  'issuer',
  'endpoints',
  'clientId',
  'authMethod',
  'scope',
  'parameters',
  'mapping',
  'clients',
  'emailDomains',
  'signUp',
  'emailTrust',
  'trustMfa',
  'mfaLevels',
  'signOut',
  'frontchannelLogout',
  'enabled',
  'createdAtMs',
  'updatedAtMs',
] as const

/** @throws AppError 404 `upstream_not_found` */
export async function theUpstream(sql: Sql, id: string): Promise<Upstream> {
  const found = await findUpstream(sql, id)
  if (found) return found
  throw upstreamNotFound()
}

export async function findUpstream(sql: Sql, id: string): Promise<Upstream | undefined> {
  const row = await sql<Row>('upstreams')
    .where({ id })
    .first(...COLUMNS)
  // MySQL ignores blanks at the end of a text that it compares.
  return row?.id === id ? fromRow(row) : undefined
}

/** By label. */
export async function listUpstreams(sql: Sql): Promise<Upstream[]> {
  const rows: Row[] = await sql('upstreams')
    .select(...COLUMNS)
    .orderBy(['label', 'id'])
  return rows.map(fromRow)
}

/** `findUpstream`, locked until the transaction ends. */
export async function lockUpstream(trx: Sql, id: string): Promise<UpstreamWithSecret | undefined> {
  const row = await trx<RowWithSecret>('upstreams')
    .where({ id })
    .forUpdate()
    .first(...COLUMNS, 'clientSecretSealed')
  if (row?.id !== id) return undefined
  const { clientSecretSealed, ...definition } = row
  return { ...fromRow(definition), clientSecretSealed }
}

/** The secret that this server has at the provider; nothing for a client without one. */
export async function clientSecretOf(sql: Sql, sealer: Sealer, id: string): Promise<string | undefined> {
  const row = await sql<RowWithSecret>('upstreams').where({ id }).first('clientSecretSealed')
  const sealed = row?.clientSecretSealed
  if (!sealed) return undefined
  const opened = sealer.open(sealed, contextOf(id))
  if (opened === undefined) throw new Error(`the secret of the upstream ${id} is sealed with an unknown key`)
  return opened
}

export function sealSecret(sealer: Sealer, id: string, secret: string): string {
  return sealer.seal(secret, contextOf(id))
}

export function upstreamNotFound(): AppError {
  return new AppError('upstream_not_found', 404, 'There is no upstream with this id.')
}

export function toRow(upstream: Upstream) {
  const json = Object.fromEntries(JSON_COLUMNS.map((name) => [name, JSON.stringify(upstream[name])]))
  return { ...upstream, ...json }
}

/** The columns that `keys reseal` seals again. */
export const SEALED_UPSTREAM_SECRETS: SealedColumn = {
  what: 'upstream secrets',
  table: 'upstreams',
  column: 'clientSecretSealed',
  key: 'id',
  context: ({ id = '' }) => contextOf(id),
}

export function contextOf(id: string): string {
  return `upstream:${id}`
}

function fromRow(row: Row): Upstream {
  return {
    ...row,
    endpoints: JSON.parse(row.endpoints) as Endpoints,
    parameters: JSON.parse(row.parameters) as Record<string, string>,
    mapping: JSON.parse(row.mapping) as Mapping,
    clients: JSON.parse(row.clients) as string[],
    emailDomains: JSON.parse(row.emailDomains) as string[],
    mfaLevels: JSON.parse(row.mfaLevels) as string[],
    trustMfa: Boolean(row.trustMfa),
    frontchannelLogout: Boolean(row.frontchannelLogout),
    enabled: Boolean(row.enabled),
  }
}
