/**
 * The resource servers (RFC 8707): which `resource` may be asked for, with which scopes, and what its access tokens
 * look like: table `resources`. Each has a client of its own that can do nothing but introspect the tokens meant for it.
 * Access tokens are opaque unless JWTs are asked for: of opaque ones a revocation is known at once, of JWTs when the
 * resource server next fetches their status list.
 */
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { LANGUAGES } from '../words/catalogue.ts'
import { recordEvent } from '../events/events.ts'
import { AppError } from '../platform/errors.ts'
import { noteChange } from '../platform/sql/change-feed.ts'
import type { ChangeFeed } from '../platform/sql/change-feed.ts'
import type { Clock } from '../platform/clock.ts'
import { inTransaction, isDuplicate } from '../platform/sql/database.ts'
import type { Db, Sql } from '../platform/sql/database.ts'
import { createLookupCache } from '../platform/lookup-cache.ts'
import type { LookupCache } from '../platform/lookup-cache.ts'
import { SIGNING_ALGS } from '../platform/algorithms.ts'
import type { SigningAlg } from '../platform/algorithms.ts'
import { oneOf, scopeList, uri } from '../clients/client-fields.ts'
import { OPENID_SCOPES, isOpenidScope } from '../clients/client-metadata.ts'
import { identifierFault } from '../clients/addresses/client-uri.ts'
import {
  detailsTypeInput,
  insertDetailsTypes,
  removeDetailsTypes,
  replaceDetailsTypes,
} from './details-type.ts'
import { insertClient, removeClient } from '../clients/clients.ts'
import type { ClientChecks, FixedCredentials, RegisteredClient } from '../clients/clients.ts'
import type { Services } from '../services.ts'

/** The change feed's topic: a resource server was created or deleted. */
export const RESOURCES_TOPIC = 'resources'

export type Resource = {
  /** The value of `resource` in requests and of `aud` in tokens, compared as an exact string. */
  identifier: string
  name: string
  /** Space separated. */
  scopes: string
  /**
   * What people read in place of the names of these scopes; those without words are shown by name. `books:read#ru` is the
   * text in a language of the pages.
   */
  scopeTexts: Record<string, string>
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

const words = z.string().trim().min(1).max(120)
const scopeTexts = z.record(z.string(), words)

export const resourceInput = z.strictObject({
  identifier: uri(identifierFault).max(512),
  name: z.string().trim().min(1).max(255).optional(),
  scope: resourceScopes.default(''),
  scope_texts: scopeTexts.default({}),
  format: z.enum(['opaque', 'jwt'], { error: 'takes opaque or jwt' }).default('opaque'),
  access_token_ttl_seconds: z.int().min(10).max(DAY_SECONDS).optional(),
  authorization_details_types: z.array(detailsTypeInput).max(20).default([]),
  access_token_alg: oneOf(SIGNING_ALGS).optional(),
})

export type ResourceInput = z.input<typeof resourceInput>

export const resourceChanges = z.strictObject({
  name: resourceInput.shape.name,
  scope: resourceScopes.optional(),
  scope_texts: z.record(z.string(), z.union([words, z.literal('')])).default({}),
  access_token_ttl_seconds: resourceInput.shape.access_token_ttl_seconds,
  access_token_alg: resourceInput.shape.access_token_alg,
  authorization_details_types: resourceInput.shape.authorization_details_types,
})

export type ResourceChanges = z.input<typeof resourceChanges>

/** Gets the resource server before the change, while its row is locked. Throws to refuse the change. */
type Expects = (resource: Resource) => void

/**
 * Registers a resource server and its client; the client's secret is answered once.
 * @throws AppError 400 `invalid_resource` naming every mistake, 409 `resource_exists` or `authorization_details_type_exists`
 */
export async function createResource(
  db: Db,
  input: ResourceInput,
  services: Pick<Services, 'clock' | 'sealer'> & ClientChecks,
  fixed: FixedCredentials = {},
): Promise<{ resource: Resource; client: RegisteredClient }> {
  const { identifier, name = identifier, scope, format, ...given } = parse(resourceInput, input)
  checkTexts(scope, given.scope_texts)
  const { access_token_ttl_seconds: ttl, access_token_alg: alg } = given
  try {
    return await inTransaction(db, async (trx) => {
      const client = await insertClient(
        trx,
        { client_name: name.slice(0, 255), grant_types: [], scope: '' },
        services,
        fixed,
      )
      const resource: Resource = {
        identifier,
        name: name.slice(0, 255),
        scopes: scope,
        scopeTexts: given.scope_texts,
        accessTokenFormat: format,
        accessTokenTtlSeconds: ttl ?? null,
        accessTokenAlg: alg ?? null,
        clientId: client.client_id,
        createdAtMs: services.clock(),
      }
      await trx('resources').insert({ ...toRow(resource), updatedAtMs: resource.createdAtMs })
      await insertDetailsTypes(trx, identifier, given.authorization_details_types, resource.createdAtMs)
      await noteResourceChange(trx, 'resource.created', resource)
      return { resource, client }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    const message = `The resource ${identifier} is registered already.`
    throw new AppError('resource_exists', 409, message, { cause: error })
  }
}

export async function findResource(sql: Sql, identifier: string): Promise<Resource | undefined> {
  const row = await selectResources(sql).where({ identifier }).first()
  // MySQL ignores trailing spaces when it compares strings.
  return row?.identifier === identifier ? fromRow(row) : undefined
}

/** In the order of their identifiers. */
export async function listResources(sql: Sql): Promise<Resource[]> {
  return (await selectResources(sql).orderBy('identifier')).map(fromRow)
}

/**
 * Changes what the input names and leaves the rest; its client, its secret and what was granted stay. `scope` replaces the
 * list. An empty text takes the words of a scope away, those of a scope that goes are dropped; a type of authorization
 * details is added, or takes the place of the one of that name.
 * @throws AppError 400 `invalid_resource`, 404 `resource_not_found`, 409 `authorization_details_type_exists`
 */
export async function updateResource(
  db: Db,
  identifier: string,
  input: ResourceChanges,
  { clock, expects }: Pick<Services, 'clock'> & { expects?: Expects },
): Promise<Resource> {
  const changes = parse(resourceChanges, input)
  return await inTransaction(db, async (trx) => {
    const before = await lockResource(trx, identifier)
    if (!before) throw resourceNotFound()
    expects?.(before)
    const changed = applied(before, changes)
    const updatedAtMs = clock()
    const types = changes.authorization_details_types
    if (isDeepStrictEqual(changed, before) && types.length === 0) return changed
    await trx('resources')
      .where({ identifier })
      .update({ ...toRow(changed), updatedAtMs })
    await replaceDetailsTypes(trx, identifier, types, updatedAtMs)
    await noteResourceChange(trx, 'resource.changed', changed)
    return changed
  })
}

/** Throws `AppError('client_of_resource', 409)`: such a client goes with its resource server. */
export async function assertNotOfResource(sql: Sql, clientId: string): Promise<void> {
  const row = await selectResources(sql).where({ clientId }).first()
  if (!row) return
  const message = `This client belongs to the resource server ${row.identifier}. Delete that resource server instead.`
  throw new AppError('client_of_resource', 409, message)
}

export function resourceNotFound(): AppError {
  return new AppError('resource_not_found', 404, 'There is no resource server with this identifier.')
}

/** `findResource`, locked until the transaction ends. */
async function lockResource(trx: Sql, identifier: string): Promise<Resource | undefined> {
  const row = await selectResources(trx).where({ identifier }).forUpdate().first()
  return row?.identifier === identifier ? fromRow(row) : undefined
}

function applied(before: Resource, changes: z.output<typeof resourceChanges>): Resource {
  const { name = before.name, scope = before.scopes, scope_texts: texts } = changes
  checkTexts(scope, texts)
  const words = Object.entries({ ...before.scopeTexts, ...texts })
  return {
    ...before,
    name,
    scopes: scope,
    scopeTexts: Object.fromEntries(
      words.filter(([one, text]) => text !== '' && scope.split(' ').includes(scopeOf(one))),
    ),
    accessTokenTtlSeconds: changes.access_token_ttl_seconds ?? before.accessTokenTtlSeconds,
    accessTokenAlg: changes.access_token_alg ?? before.accessTokenAlg,
  }
}

/** Deletes the resource server and its client. False when there was none. */
export async function deleteResource(db: Db, identifier: string, expects?: Expects): Promise<boolean> {
  return await inTransaction(db, async (trx) => {
    const resource = await lockResource(trx, identifier)
    if (!resource) return false
    expects?.(resource)
    await trx('resources').where({ identifier }).delete()
    await removeDetailsTypes(trx, identifier)
    await noteResourceChange(trx, 'resource.deleted', resource)
    await removeClient(trx, resource.clientId)
    return true
  })
}

/** Tells every process, and other systems, in the transaction of the change. */
export async function noteResourceChange(
  trx: Sql,
  type: 'resource.created' | 'resource.changed' | 'resource.deleted',
  { identifier, name, clientId }: Pick<Resource, 'identifier' | 'name' | 'clientId'>,
): Promise<void> {
  await noteChange(trx, RESOURCES_TOPIC)
  const data = () => ({ identifier, name, client_id: clientId })
  await recordEvent(trx, { type, subject: identifier, data })
}

/** `findResource` from memory, emptied by the change feed: asked at every token and introspection request. */
export function createResourceCache(needs: {
  db: Db
  clock: Clock
  feed: Pick<ChangeFeed, 'on'>
  /** Those that this server is itself: they have no row. */
  own: readonly Resource[]
  onLookUp?: (cached: boolean) => void
}): Pick<LookupCache<Resource>, 'get'> {
  const { db, clock, feed, own, onLookUp } = needs
  const find = async (identifier: string) =>
    own.find((one) => one.identifier === identifier) ?? findResource(db, identifier)
  const cache = createLookupCache({ load: find, clock, ...(onLookUp && { onLookUp }) })
  feed.on(RESOURCES_TOPIC, cache.clear)
  return cache
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.') || 'resource'}: ${message}`)
  throw new AppError('invalid_resource', 400, faults.join('; '))
}

function checkTexts(scope: string, texts: Record<string, string>): void {
  const known = scope.split(' ')
  const unknown = Object.keys(texts).filter((name) => !known.includes(scopeOf(name)))
  if (unknown.length === 0) return
  throw new AppError('invalid_resource', 400, `scope_texts: ${unknown.join(' ')} is not among its scopes`)
}

/** The scope of a text: without the language. A scope itself may have a `#` in its name. */
function scopeOf(name: string): string {
  const at = name.lastIndexOf('#')
  return at > 0 && LANGUAGE_TAGS.includes(name.slice(at + 1)) ? name.slice(0, at) : name
}

const LANGUAGE_TAGS = Object.keys(LANGUAGES)

type Row = Omit<Resource, 'scopeTexts'> & { scopeTexts: string | null }

function fromRow({ scopeTexts, ...row }: Row): Resource {
  return { ...row, scopeTexts: scopeTexts ? (JSON.parse(scopeTexts) as Record<string, string>) : {} }
}

function toRow({ scopeTexts, ...resource }: Resource): Row {
  return { ...resource, scopeTexts: JSON.stringify(scopeTexts) }
}

function selectResources(sql: Sql) {
  return sql<Row, Row[]>('resources').select(
    'identifier',
    'name',
    'scopes',
    'scopeTexts',
    'accessTokenFormat',
    'accessTokenTtlSeconds',
    'accessTokenAlg',
    'clientId',
    'createdAtMs',
  )
}
