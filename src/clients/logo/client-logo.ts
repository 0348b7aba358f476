/**
 * The logos of apps. One that an operator uploaded comes first (`uploaded-logo.ts`). The one at a registered address is fetched
 * by this server and shown from its own address: the app's host does not learn who looks at a page. An app that registered
 * itself openly, or that describes itself, has none of these: a stranger could show the picture of somebody's bank. The same
 * for the icons that an operator chose.
 */
import type { Clock } from '../../platform/clock.ts'
import { HOUR_MS, MINUTE_MS } from '../../platform/clock.ts'
import type { Db, Sql } from '../../platform/sql/database.ts'
import { pictureOrIconType } from '../../platform/picture-type.ts'
import type { GuardedFetch } from '../../platform/network/guarded-fetch.ts'
import { createLookupCache } from '../../platform/lookup-cache.ts'
import { readersLanguage } from '../../words/reader.ts'
import { inLanguage } from '../../words/tagged.ts'
import { findClient } from '../clients.ts'
import { selectClients, toClient } from '../client-rows.ts'
import type { Client } from '../client-rows.ts'
import { findLogo, LOGO_TYPE } from './uploaded-logo.ts'

/** Below it, the logo of a client by its id. */
export const CLIENT_LOGOS = '/client-logo/'
/** The same for icons. */
const CLIENT_ICONS = '/client-icon/'

/** The address of the icon here. */
export function iconHref(clientId: string): string {
  return `${CLIENT_ICONS}${encodeURIComponent(clientId)}`
}

/** The address of an uploaded logo. Another logo has another address, so caches may keep it forever. */
export function uploadedHref(clientId: string, logoId: string): string {
  return `${CLIENT_LOGOS}${encodeURIComponent(clientId)}/${logoId}`
}

/**
 * The address of the logo here. One for the reader's language has an address of its own, as browsers keep pictures.
 * `logoId`: of an upload.
 */
export function logoHref(clientId: string, metadata: object | undefined, logoId?: unknown): string {
  if (typeof logoId === 'string') return uploadedHref(clientId, logoId)
  const language = readersLanguage()
  const isTagged = language !== undefined && inLanguage(metadata, 'logo_uri', language) !== undefined
  return `${CLIENT_LOGOS}${encodeURIComponent(clientId)}${isTagged ? `?language=${language}` : ''}`
}

export type Logo = { type: string; bytes: Buffer }
/**
 * The logo of a client: the uploaded one, else that of a language where it has one for it. `undefined` where there is none to
 * show, or its host does not answer with a picture.
 */
export type LogoOf = (clientId: string, language?: string) => Promise<Logo | undefined>

/** Of a registered app, where it has one that may be shown. */
export function logoHrefOf({ clientId, logoId, metadata, registeredBy }: Client): string | undefined {
  const isShown = logoId !== null || (metadata.logo_uri !== undefined && registeredBy !== 'open')
  return isShown ? logoHref(clientId, metadata, logoId) : undefined
}

/** By client id, of those that have one. */
export async function logoHrefs(sql: Sql, clientIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await selectClients(sql).whereIn('clientId', clientIds)
  const found = rows.map((row) => [row.clientId, logoHrefOf(toClient(row))] as const)
  return new Map(found.flatMap(([id, href]) => (href === undefined ? [] : [[id, href]])))
}

/** `fetch` reads no more than `LOGO_LIMIT_BYTES`. */
/** A picture for a tile is rarely larger. */
export const LOGO_LIMIT_BYTES = 256 * 1024
/** Pictures kept in memory. */
const KEPT = 50

export function createLogos(needs: { db: Db; clock: Clock; fetch: GuardedFetch }): {
  logoOf: LogoOf
  iconOf: LogoOf
} {
  const { db, clock, fetch } = needs
  const cache = createLookupCache({
    load: (address) => fetchLogo(fetch, address),
    clock,
    ttlMs: HOUR_MS,
    missingTtlMs: MINUTE_MS,
    size: KEPT,
  })
  const pictureOf = async (clientId: string, addressIn: (client: Client) => string | undefined) => {
    const client = await findClient(db, clientId)
    const address = client?.disabledAtMs === null ? addressIn(client) : undefined
    return address === undefined ? undefined : await cache.get(address)
  }
  return {
    logoOf: async (clientId, language) =>
      (await uploadedOf(db, clientId)) ??
      pictureOf(clientId, ({ metadata, registeredBy }) =>
        registeredBy === 'open'
          ? undefined
          : (inLanguage(metadata, 'logo_uri', language ?? null) ?? metadata.logo_uri),
      ),
    iconOf: (clientId) => pictureOf(clientId, ({ metadata }) => metadata.brand_icon_uri),
  }
}

/** Mails and pages of before may still have the address that does not name the upload. */
async function uploadedOf(db: Db, clientId: string): Promise<Logo | undefined> {
  const client = await findClient(db, clientId)
  const bytes = client?.logoId && (await findLogo(db, clientId, client.logoId))
  return bytes ? { type: LOGO_TYPE, bytes } : undefined
}

async function fetchLogo(fetch: GuardedFetch, address: string): Promise<Logo | undefined> {
  try {
    const answer = await fetch(address)
    if (answer.status !== 200) return undefined
    const bytes = Buffer.from(await answer.arrayBuffer())
    const type = pictureOrIconType(bytes)
    return type === undefined ? undefined : { type, bytes }
  } catch {
    // If the logo cannot be fetched, the first letter of the app's name replaces it.
    return undefined
  }
}
