/**
 * The logos that apps registered, fetched by this server and shown from its own address: the app's host does not learn who
 * looks at a page. An app that registered itself openly, or that describes itself, has none here: a stranger could show
 * the picture of somebody's bank. The same for the icons that an operator chose.
 */
import type { Clock } from '../../platform/clock.ts'
import { HOUR_MS, MINUTE_MS } from '../../platform/clock.ts'
import type { Db } from '../../platform/sql/database.ts'
import { pictureOrIconType } from '../../platform/picture-type.ts'
import type { GuardedFetch } from '../../platform/network/guarded-fetch.ts'
import { createLookupCache } from '../../platform/lookup-cache.ts'
import { readersLanguage } from '../../words/reader.ts'
import { inLanguage } from '../../words/tagged.ts'
import { findClient } from '../clients.ts'
import type { Client } from '../client-rows.ts'

/** Below it, the logo of a client by its id. */
export const CLIENT_LOGOS = '/client-logo/'
/** The same for icons. */
const CLIENT_ICONS = '/client-icon/'

/** The address of the icon here. */
export function iconHref(clientId: string): string {
  return `${CLIENT_ICONS}${encodeURIComponent(clientId)}`
}

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
    logoOf: (clientId, language) =>
      pictureOf(clientId, ({ metadata, registeredBy }) =>
        registeredBy === 'open'
          ? undefined
          : (inLanguage(metadata, 'logo_uri', language ?? null) ?? metadata.logo_uri),
      ),
    iconOf: (clientId) => pictureOf(clientId, ({ metadata }) => metadata.brand_icon_uri),
  }
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
