/** What an operator chose for the look of one app, for mails. Pages have it from the client of the library: `worn-brand.ts`. */
import type { ClientBrand } from '../../brand/brand.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { findClient } from '../clients.ts'
import { CLIENT_LOGOS, uploadedHref } from './client-logo.ts'

/** Nothing for an app without a brand, and for one that is gone or off. */
export async function mailBrandOfClient(sql: Sql, clientId: string): Promise<ClientBrand | undefined> {
  const client = await findClient(sql, clientId)
  if (!client || client.disabledAtMs !== null) return undefined
  const {
    brand_name: name,
    brand_color: color,
    brand_color_dark: colorDark,
    support_uri: support,
    logo_uri: logo,
    tos_uri: terms,
    policy_uri: privacy,
  } = client.metadata
  if ([name, color, colorDark, support].every((one) => one === undefined)) return undefined
  const registeredHref = logo === undefined ? undefined : CLIENT_LOGOS + encodeURIComponent(clientId)
  const logoHref = client.logoId === null ? registeredHref : uploadedHref(clientId, client.logoId)
  return { name, color, colorDark, logoHref, links: { support, terms, privacy } }
}
