/**
 * The logos that apps registered, fetched by this server and shown from its own address: the app's host does not learn who
 * looks at a page. An app that registered itself openly, or that describes itself, has none here: a stranger could show
 * the picture of somebody's bank.
 */
import type { Clock } from '../../platform/clock.ts'
import { HOUR_MS, MINUTE_MS } from '../../platform/clock.ts'
import type { Db } from '../../platform/sql/database.ts'
import { pictureType } from '../../platform/picture-type.ts'
import type { GuardedFetch } from '../../platform/network/guarded-fetch.ts'
import { createLookupCache } from '../../platform/lookup-cache.ts'
import { readersLanguage } from '../../words/reader.ts'
import { inLanguage } from '../../words/tagged.ts'
import { findClient } from '../clients.ts'

/** Below it, the logo of a client by its id. */
export const CLIENT_LOGOS = '/client-logo/'

/** The address of the logo here. One for the reader's language has an address of its own, as browsers keep pictures. */
export function logoHref(clientId: string, metadata: object | undefined): string {
  const language = readersLanguage()
  const isTagged = language !== undefined && inLanguage(metadata, 'logo_uri', language) !== undefined
  return `${CLIENT_LOGOS}${encodeURIComponent(clientId)}${isTagged ? `?language=${language}` : ''}`
}

export type Logo = { type: string; bytes: Buffer }
/** The logo of a client, in a language where it has one for it; `undefined` where there is none to show, or its host does not answer with a picture. */
export type LogoOf = (clientId: string, language?: string) => Promise<Logo | undefined>

/** `fetch` reads no more than `LOGO_LIMIT_BYTES`. */
/** A picture for a tile is rarely larger. */
export const LOGO_LIMIT_BYTES = 256 * 1024
/** Pictures kept in memory. */
const KEPT = 50

export function createLogos({ db, clock, fetch }: { db: Db; clock: Clock; fetch: GuardedFetch }): LogoOf {
  const cache = createLookupCache({
    load: (address) => fetchLogo(fetch, address),
    clock,
    ttlMs: HOUR_MS,
    missingTtlMs: MINUTE_MS,
    size: KEPT,
  })
  return async (clientId, language) => {
    const client = await findClient(db, clientId)
    if (!client || client.disabledAtMs !== null || client.registeredBy === 'open') return undefined
    const address = inLanguage(client.metadata, 'logo_uri', language ?? null) ?? client.metadata.logo_uri
    return address === undefined ? undefined : await cache.get(address)
  }
}

async function fetchLogo(fetch: GuardedFetch, address: string): Promise<Logo | undefined> {
  try {
    const answer = await fetch(address)
    if (answer.status !== 200) return undefined
    const bytes = Buffer.from(await answer.arrayBuffer())
    const type = pictureType(bytes)
    return type === undefined ? undefined : { type, bytes }
  } catch {
    // If the logo cannot be fetched, the first letter of the app's name replaces it.
    return undefined
  }
}
