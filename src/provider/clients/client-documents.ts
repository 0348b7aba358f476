/**
 * Clients that describe themselves by a document at their client_id (draft-ietf-oauth-client-id-metadata-document). The
 * library fetches, caches and checks the document. This file decides which hosts are accepted, what a document may not
 * set, and what a consent pins.
 */
import Provider, { errors } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { ClientPin } from '../../consents/consents.ts'
import { AppError } from '../../platform/errors.ts'
import type { GuardedFetch } from '../../platform/network/guarded-fetch.ts'
import { digest } from '../../platform/tokens.ts'
import { refuseOversizedJson } from '../checks/request-bounds.ts'
import { scopesForLibrary } from './client-adapter.ts'
import type { DocumentGate } from './document-gate.ts'
import { CLIENT_BRAND } from '../../clients/client-brand.ts'
import { LOCALIZED_METADATA } from '../../clients/client-fields.ts'
import { inLanguage } from '../../words/tagged.ts'
import { EXCEPTIONS } from '../../clients/client-fields.ts'
import { parseClientMetadata } from '../../clients/client-rules.ts'
import { guessApplicationType } from '../../clients/addresses/client-uri.ts'
import { takenMetadata } from '../../clients/taken-metadata.ts'
import { addLookupStep } from '../library/client-lookup.ts'

const MINUTE_SECONDS = 60
/** Client ids are stored with consents and grants, in columns of this length. */
const LONGEST_ID = 255
const GRANTS: readonly unknown[] = ['authorization_code', 'refresh_token']

export type DocumentRules = {
  /** Hosts that may serve documents: a list, `any` for the public network, or `off`. */
  hosts: 'off' | 'any' | readonly string[]
  /** Resource servers that such a client may get tokens for. */
  resources: readonly string[]
  issuer: string
  gate: DocumentGate
}

/** The library's feature. The provider's guarded agent fetches the document. */
export function clientDocuments({ hosts, issuer, gate }: DocumentRules) {
  const own = new URL(issuer).host
  return {
    enabled: hosts !== 'off',
    ack: 'draft-02' as const,
    // draft-02 recommends at most a day. Here a change takes effect within the hour.
    cacheDuration: { min: MINUTE_SECONDS, max: 60 * MINUTE_SECONDS },
    async allowFetch(ctx: KoaContextWithOIDC | undefined, clientId: string) {
      const { host, hostname } = new URL(clientId)
      if (clientId.length > LONGEST_ID || host === own) return false
      if (hosts !== 'any' && !hosts.includes(hostname)) return false
      await gate.enter(ctx, clientId)
      return true
    },
    allowClient(_ctx: unknown, client: { metadata: () => Record<string, unknown> }) {
      checkDocument(client.metadata())
      return true
    },
  }
}

/**
 * Fields that a document may not set: the server's own notes, rights that only the operator grants, and the sector
 * address. That address is of use only with pairwise subjects.
 */
const NEVER_OF_A_DOCUMENT = [
  'previous_client_secret',
  'self_registered',
  'logo_id',
  'resource_scope',
  'resource_scope_only',
  ...EXCEPTIONS,
  ...CLIENT_BRAND,
  // A consent is renewed when the name changes, and knows one name only.
  ...LOCALIZED_METADATA,
  'sector_identifier_uri',
] as const

const JSON_TYPE = /^application\/(?:[\w!#$&^.-]+\+)?json\s*(?:;|$)/i

/**
 * Accepts a document only with a JSON content type. On a host with uploads, anybody could otherwise describe the host's
 * client in a picture or a text. Of all fetches of the library, only those of documents have `redirect: 'manual'`.
 */
export function refuseOtherTypes(fetch: GuardedFetch): GuardedFetch {
  return async (address, request) => {
    const answer = await fetch(address, request)
    const isDocument = (request as RequestInit | undefined)?.redirect === 'manual'
    if (!isDocument || JSON_TYPE.test(answer.headers.get('content-type') ?? '')) return answer
    throw new TypeError('the document is not served as JSON')
  }
}

/** True for a client that is known by its document alone. */
export function isDocumentId(clientId: unknown): clientId is string {
  return typeof clientId === 'string' && /^https:\/\//i.test(clientId)
}

/**
 * Runs on all metadata before the library checks it (`extraClientMetadata.validator`). The client writes its document
 * itself, so this sets the fields that only the operator decides.
 */
export function restrainDocument(metadata: Record<string, unknown>, resources: readonly string[]): void {
  if (!isDocumentId(metadata['client_id'])) return
  for (const name of NEVER_OF_A_DOCUMENT) delete metadata[name]
  Object.assign(metadata, {
    first_party: false,
    profile: 'mcp',
    allowed_resources: [...resources],
    // Public subjects stay the same while the document is unavailable.
    subject_type: 'public',
  })
  const { scope, grant_types: grants, redirect_uris: redirects } = metadata
  if (typeof scope === 'string') Object.assign(metadata, scopesForLibrary(scope))
  if (Array.isArray(grants)) metadata['grant_types'] = grants.filter((type) => GRANTS.includes(type))
  const texts = Array.isArray(redirects) ? redirects.filter((value) => typeof value === 'string') : []
  if (guessApplicationType(texts) === 'native') metadata['application_type'] = 'native'
}

/**
 * What a consent applies to. A client that changes its name or its redirect addresses needs a new consent. Other
 * clients change only through the operator, so they have no pin.
 */
export function pinOf(
  client: { clientId: string; clientName?: string; redirectUris?: readonly string[] } | undefined,
): ClientPin | undefined {
  if (!client || !isDocumentId(client.clientId)) return undefined
  const name = client.clientName ?? client.clientId
  const redirectUris = [...(client.redirectUris ?? [])].sort()
  return { digest: digest(JSON.stringify([name, redirectUris])), name, redirectUris }
}

/** Endpoints that look at an issued token. The client's metadata no longer matter there. */
const ROUTES_OF_TOKENS: readonly (string | undefined)[] = ['introspection', 'userinfo']

/**
 * Keeps tokens valid while the site with the client's document is down. Otherwise a resource server that introspects
 * one would read that its own credentials are wrong.
 */
export function outliveDocuments(provider: Provider, gate: DocumentGate): void {
  const Client = provider.Client as unknown as ClientModel
  const standIns = new WeakSet()
  addLookupStep(provider, 'unavailable documents', {
    prepare(client, clientId) {
      if (isDocumentId(clientId) && !standIns.has(client)) gate.leave(clientId)
    },
    standIn(clientId, error) {
      if (!isDocumentId(clientId)) throw error
      gate.leave(clientId, error)
      const { route } = Provider.ctx?.oidc ?? {}
      if (!isFetchFailure(error) || !ROUTES_OF_TOKENS.includes(route)) throw error
      const client = new Client(nothingKnown(clientId), undefined, { cimd: true })
      standIns.add(client)
      return client
    },
  })
}

type ClientModel = new (metadata: object, ctx: undefined, options: { cimd: true }) => object

function nothingKnown(clientId: string): object {
  const none = { redirect_uris: [], grant_types: [], response_types: [] }
  return { client_id: clientId, token_endpoint_auth_method: 'none', ...none }
}

function isFetchFailure(error: unknown): boolean {
  return (
    error instanceof errors.InvalidClient && /fetch failed/.test(error.error_description ?? error.message)
  )
}

/** The name of any client, for people: the host while its document is unavailable, and the id where there is no name. */
export async function clientNameOf(
  provider: Provider,
  clientId: string,
  /** By default that of the reader; null: the name without a language. */
  language?: string | null,
): Promise<string> {
  try {
    const client = await provider.Client.find(clientId)
    return inLanguage(client, 'client_name', language) ?? client?.clientName ?? clientId
  } catch (error) {
    if (!isDocumentId(clientId) || !(error instanceof errors.OIDCProviderError)) throw error
    return URL.parse(clientId)?.host ?? clientId
  }
}

function checkDocument(metadata: Record<string, unknown>): void {
  try {
    refuseOversizedJson(metadata)
    parseClientMetadata({ ...takenMetadata(metadata), profile: 'mcp' })
  } catch (error) {
    if (!(error instanceof AppError) && !(error instanceof errors.InvalidRequest)) throw error
    throw new errors.InvalidClientMetadata(`client_id metadata document: ${error.message}`)
  }
}
