/**
 * The resource servers (RFC 8707): which `resource` may be asked for, with which scopes, and what its access tokens
 * look like: table `resources`. Each has a client of its own that can do nothing but introspect the tokens meant for it.
 * Access tokens are opaque unless JWTs are asked for: of opaque ones a revocation is known at once, of JWTs when the
 * resource server next fetches their status list.
 */
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { noteChange } from '../../platform/change-feed.ts'
import type { ChangeFeed } from '../../platform/change-feed.ts'
import type { Clock } from '../../platform/clock.ts'
import { inTransaction, isDuplicate } from '../../platform/database.ts'
import type { Db, Sql } from '../../platform/database.ts'
import { createLookupCache } from '../../platform/lookup-cache.ts'
import type { LookupCache } from '../../platform/lookup-cache.ts'
import { SIGNING_ALGS } from '../keys/algorithms.ts'
import type { SigningAlg } from '../keys/algorithms.ts'
import { oneOf, scopeList, uri } from './client-fields.ts'
import { OPENID_SCOPES, isOpenidScope } from './client-metadata.ts'
import { absoluteUriFault } from './client-uri.ts'
import { detailsTypeInput, insertDetailsTypes, removeDetailsTypes } from '../requests/details-type.ts'
import { insertClient, removeClient } from './clients.ts'
import type { ClientNeeds, FixedCredentials, RegisteredClient } from './clients.ts'

/** The change feed's topic: a resource server was created or deleted. */
export const RESOURCES_TOPIC = 'resources'

export type Resource = {
  /** The value of `resource` in requests and of `aud` in tokens, compared as an exact string. */
  identifier: string
  name: string
  /** Space separated. */
  scopes: string
  accessTokenFormat: 'opaque' | 'jwt'
  /** `null`: the server's default. */
  accessTokenTtlSeconds: number | null
  /** What its JWT access tokens are signed with; `null`: the server's default. */
  accessTokenAlg: SigningAlg | null
  /** The resource server's own client, which may introspect tokens with this audience. */
  clientId: string
  createdAtMs: number
}

const DAY_SECONDS = 86_400

const resourceScopes = scopeList.refine((scopes) => !scopes.split(' ').some(isOpenidScope), {
  error: `${OPENID_SCOPES.join(', ')} belong to the provider itself`,
})

const resourceInput = z.strictObject({
  identifier: uri(absoluteUriFault).max(512),
  name: z.string().trim().min(1).max(255).optional(),
  scope: resourceScopes.default(''),
  format: z.enum(['opaque', 'jwt'], { error: 'takes opaque or jwt' }).default('opaque'),
  access_token_ttl_seconds: z.int().min(10).max(DAY_SECONDS).optional(),
  authorization_details_types: z.array(detailsTypeInput).max(20).default([]),
  access_token_alg: oneOf(SIGNING_ALGS).optional(),
})

export type ResourceInput = z.input<typeof resourceInput>

/**
 * Registers a resource server and its client; the client's secret is answered once.
 * @throws AppError 400 `invalid_resource` naming every mistake, 409 `resource_exists` or `authorization_details_type_exists`
 */
export async function createResource(
  db: Db,
  input: ResourceInput,
  needs: ClientNeeds,
  fixed: FixedCredentials = {},
): Promise<{ resource: Resource; client: RegisteredClient }> {
  const { identifier, name = identifier, scope, format, ...given } = parse(input)
  const { access_token_ttl_seconds: ttl, access_token_alg: alg } = given
  try {
    return await inTransaction(db, async (trx) => {
      const client = await insertClient(
        trx,
        { client_name: name.slice(0, 255), grant_types: [], scope: '' },
        needs,
        fixed,
      )
      const resource: Resource = {
        identifier,
        name: name.slice(0, 255),
        scopes: scope,
        accessTokenFormat: format,
        accessTokenTtlSeconds: ttl ?? null,
        accessTokenAlg: alg ?? null,
        clientId: client.client_id,
        createdAtMs: needs.clock(),
      }
      await trx('resources').insert({ ...resource, updatedAtMs: resource.createdAtMs })
      await insertDetailsTypes(trx, identifier, given.authorization_details_types, resource.createdAtMs)
      await noteChange(trx, RESOURCES_TOPIC)
      return { resource, client }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    const message = `The resource ${identifier} is registered already.`
    throw new AppError('resource_exists', 409, message, { cause: error })
  }
}

export async function findResource(sql: Sql, identifier: string): Promise<Resource | undefined> {
  const resource = await selectResources(sql).where({ identifier }).first()
  // MySQL ignores trailing spaces when it compares strings.
  return resource?.identifier === identifier ? resource : undefined
}

/** In the order of their identifiers. */
export async function listResources(sql: Sql): Promise<Resource[]> {
  return await selectResources(sql).orderBy('identifier')
}

/** Deletes the resource server and its client. False when there was none. */
export async function deleteResource(db: Db, identifier: string): Promise<boolean> {
  return await inTransaction(db, async (trx) => {
    const resource = await selectResources(trx).where({ identifier }).forUpdate().first()
    if (!resource) return false
    await trx('resources').where({ identifier }).delete()
    await removeDetailsTypes(trx, identifier)
    await noteChange(trx, RESOURCES_TOPIC)
    await removeClient(trx, resource.clientId)
    return true
  })
}

/** `findResource` from memory, emptied by the change feed: asked at every token and introspection request. */
export function createResourceCache(needs: {
  db: Db
  clock: Clock
  feed: Pick<ChangeFeed, 'on'>
}): Pick<LookupCache<Resource>, 'get'> {
  const { db, clock, feed } = needs
  const cache = createLookupCache({ load: (identifier: string) => findResource(db, identifier), clock })
  feed.on(RESOURCES_TOPIC, cache.clear)
  return cache
}

function parse(input: unknown): z.output<typeof resourceInput> {
  const result = resourceInput.safeParse(input)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.') || 'resource'}: ${message}`)
  throw new AppError('invalid_resource', 400, faults.join('; '))
}

function selectResources(sql: Sql) {
  return sql<Resource, Resource[]>('resources').select(
    'identifier',
    'name',
    'scopes',
    'accessTokenFormat',
    'accessTokenTtlSeconds',
    'accessTokenAlg',
    'clientId',
    'createdAtMs',
  )
}
