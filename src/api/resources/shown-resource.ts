/** A resource server as the API shows it. Its identifier is an address; in a path it is percent-encoded. */
import { z } from 'zod'
import { findResource, resourceNotFound } from '../../resources/resources.ts'
import type { Resource } from '../../resources/resources.ts'
import { scopeWarnings } from '../../resources/scope-warnings.ts'
import { timeOf } from '../../operations/shown-account.ts'
import type { Sql } from '../../platform/sql/database.ts'

export const common = { tag: 'Resource servers', caller: 'administrator' } as const
export const params = z.strictObject({
  identifier: z.string().max(512).describe('Percent-encoded: https%3A%2F%2Fapi.example.com'),
})
export const NO_RESOURCE = {
  resource_not_found: { status: 404, when: 'There is no resource server with this identifier.' },
} as const
export const INVALID = {
  invalid_resource: { status: 400, when: 'A field is not valid, or does not go with the others.' },
  authorization_details_type_exists: {
    status: 409,
    when: 'Another resource server has a type of this name.',
  },
} as const

export const shownResource = z
  .object({
    identifier: z.string(),
    name: z.string(),
    scope: z.string().describe('Separated by spaces.'),
    scope_texts: z.record(z.string(), z.string()),
    access_token_format: z.enum(['opaque', 'jwt']),
    access_token_alg: z.string().nullable(),
    access_token_ttl_seconds: z.int().nullable(),
    client_id: z.string().describe('Its own client, which may introspect its tokens.'),
    created_at: z.iso.datetime(),
    warnings: z
      .array(z.string())
      .optional()
      .describe('What people will find unclear, such as scopes without a text.'),
  })
  .meta({ title: 'Resource server' })

export function showResource(found: Resource): z.output<typeof shownResource> {
  const warnings = scopeWarnings(found)
  return {
    identifier: found.identifier,
    name: found.name,
    scope: found.scopes,
    scope_texts: found.scopeTexts,
    access_token_format: found.accessTokenFormat,
    access_token_alg: found.accessTokenAlg,
    access_token_ttl_seconds: found.accessTokenTtlSeconds,
    client_id: found.clientId,
    created_at: timeOf(found.createdAtMs),
    ...(warnings.length > 0 && { warnings }),
  }
}

/** @throws AppError 404 `resource_not_found` */
export async function theResource(sql: Sql, identifier: string): Promise<Resource> {
  const found = await findResource(sql, identifier)
  if (found) return found
  throw resourceNotFound()
}
