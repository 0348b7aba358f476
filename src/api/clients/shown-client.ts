/** A client as the API takes and shows it: with the names of RFC 7591. */
import { z } from 'zod'
import { clientInput } from '../../clients/client-metadata.ts'
import { clientNotFound } from '../../clients/client-rows.ts'
import type { Client } from '../../clients/client-rows.ts'
import { uploadedHref } from '../../clients/logo/client-logo.ts'
import { findClient, toRegisteredMetadata } from '../../clients/clients.ts'
import type { Sql } from '../../platform/sql/database.ts'

export const common = { tag: 'Clients', caller: 'administrator' } as const
export const params = z.strictObject({ client_id: z.string().max(255) })
export const NO_CLIENT = {
  client_not_found: { status: 404, when: 'There is no client with this client_id.' },
} as const
export const INVALID = {
  invalid_client_metadata: { status: 400, when: 'The metadata do not go together.' },
  invalid_redirect_uri: { status: 400, when: 'A redirect address is not allowed.' },
} as const

/** Without defaults: for some fields that are left out, the client's profile decides. */
const optional = Object.fromEntries(
  Object.entries(clientInput.shape).map(([name, field]) => {
    const inner: z.ZodType = field instanceof z.ZodDefault ? (field.unwrap() as z.ZodType) : field
    return [name, inner.optional()]
  }),
)

/** Null removes what a client may lack. */
const removable = Object.fromEntries(
  Object.entries(clientInput.shape).map(([name, field]) => [
    name,
    field instanceof z.ZodOptional ? field.unwrap().nullish() : optional[name]!,
  ]),
)

export const clientChanges = z.strictObject(removable)
export const newClient = z.strictObject({ ...optional, client_name: clientInput.shape.client_name })

export const shownClient = z
  .looseObject({
    client_id: z.string(),
    client_id_issued_at: z.int().describe('Seconds since 1970 (RFC 7591 §3.2.1).'),
    client_name: z.string(),
    disabled: z.boolean(),
    logo: z
      .url()
      .optional()
      .describe('Where the uploaded logo is. People see it in place of that of `logo_uri`.'),
  })
  .meta({ title: 'Client' })

export const clientWithSecret = shownClient
  .extend({
    client_secret: z.string().optional().describe('Shown this once.'),
    client_secret_expires_at: z.literal(0).optional(),
    warnings: z
      .array(z.string())
      .optional()
      .describe('What people will find unclear, such as scopes without a text.'),
  })
  .meta({ title: 'Client with its secret' })

type Site = { issuer: string }

export function showClient(site: Site, client: Client): z.output<typeof shownClient> {
  return { ...toRegisteredMetadata(client), ...besideMetadata(site, client) }
}

/** What this server knows of a client that is no metadata. */
export function besideMetadata(site: Site, { clientId, disabledAtMs, logoId }: Client) {
  const logo = logoId === null ? {} : { logo: logoAddress(site, { clientId, logoId }) }
  return { disabled: disabledAtMs !== null, ...logo }
}

/** The absolute address. */
export function logoAddress(
  { issuer }: Site,
  { clientId, logoId }: { clientId: string; logoId: string },
): string {
  return new URL(uploadedHref(clientId, logoId), issuer).href
}

/** @throws AppError 404 `client_not_found` */
export async function theClient(sql: Sql, clientId: string): Promise<Client> {
  const found = await findClient(sql, clientId)
  if (found) return found
  throw clientNotFound()
}
