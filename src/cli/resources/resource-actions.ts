/** What the commands of `resource` do. */
import {
  createResource,
  deleteResource,
  findResource,
  listResources,
  resourceNotFound,
  updateResource,
} from '../../resources/resources.ts'
import type { Resource, ResourceChanges, ResourceInput } from '../../resources/resources.ts'
import { SIGNING_ALGS } from '../../platform/algorithms.ts'
import type { SigningAlg } from '../../platform/algorithms.ts'
import { scopeWarnings } from '../../resources/scope-warnings.ts'
import { listDetailsTypes } from '../../resources/details-type.ts'
import type { DetailsTypeInput } from '../../resources/details-type.ts'
import type { Services } from '../../services.ts'
import { withWarnings } from '../../command-line/command.ts'
import type { Answer } from '../../command-line/command.ts'
import { readJsonFile, usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime, record, table } from '../../command-line/layout.ts'

export async function update(input: Input, { db, clock }: Services): Promise<Answer> {
  const [identifier = ''] = input.operands
  const { name, scope, ...rest } = inputOf(input)
  const changes: ResourceChanges = { ...(name && { name }), ...(scope !== undefined && { scope }), ...rest }
  const changed = await updateResource(db, identifier, changes, { clock })
  const warnings = scopeWarnings(changed)
  return withWarnings({ data: toData(changed), text: record(toData(changed)) }, warnings)
}

export async function create(input: Input, { db, clock, sealer }: Services): Promise<Answer> {
  const wanted: ResourceInput = {
    identifier: input.text('identifier') ?? '',
    format: formatOf(input.text('format')),
    ...inputOf(input),
  }
  const made = await createResource(db, wanted, { clock, sealer })
  const { client_secret } = made.client
  const data = { ...toData(made.resource), client_secret }
  const text = `${record(data)}\n\nThe client_secret is shown only now.`
  return withWarnings({ data, text }, scopeWarnings(made.resource))
}

function inputOf(input: Input) {
  return {
    name: input.text('name'),
    scope: input.text('scope'),
    scope_texts: Object.fromEntries(input.texts('scope-text').map(scopeText)),
    access_token_alg: algOf(input.text('access-token-alg')),
    access_token_ttl_seconds: input.integer('access-token-seconds', { min: 10, max: 86_400 }),
    // Checked together with the other values.
    authorization_details_types: input
      .texts('authorization-details-type')
      .map((file) => readJsonFile('authorization-details-type', file) as DetailsTypeInput),
  }
}

function scopeText(typed: string): [string, string] {
  const at = typed.indexOf('=')
  if (at < 1) throw usageError('--scope-text takes a scope and its words: "ledger:read=See your balance"')
  return [typed.slice(0, at), typed.slice(at + 1).trim()]
}

function formatOf(typed: string | undefined): Resource['accessTokenFormat'] | undefined {
  if (typed === undefined || typed === 'opaque' || typed === 'jwt') return typed
  throw usageError('--format takes opaque or jwt')
}

function algOf(typed: string | undefined): SigningAlg | undefined {
  const known = SIGNING_ALGS.find((alg) => alg === typed)
  if (typed !== undefined && !known) throw usageError(`--access-token-alg takes ${SIGNING_ALGS.join(', ')}`)
  return known
}

export async function list(_input: Input, { db }: Services): Promise<Answer> {
  const resources = await listResources(db)
  const rows = resources.map((one) => [one.identifier, one.name, one.accessTokenFormat, one.scopes])
  return {
    data: { resources: resources.map(toData) },
    text: table(['IDENTIFIER', 'NAME', 'TOKENS', 'SCOPES'], rows, 'No resource servers.'),
  }
}

export async function show({ operands: [identifier = ''] }: Input, { db }: Services): Promise<Answer> {
  const found = await findResource(db, identifier)
  if (!found) throw resourceNotFound()
  const types = (await listDetailsTypes(db, identifier)).map(({ type }) => type)
  const data = { ...toData(found), ...(types.length > 0 && { authorization_details_types: types }) }
  return withWarnings({ data, text: record(data) }, scopeWarnings(found))
}

export async function remove({ operands: [identifier = ''] }: Input, { db }: Services): Promise<Answer> {
  if (!(await deleteResource(db, identifier))) throw resourceNotFound()
  return { data: { identifier, deleted: true }, text: `Deleted ${identifier} and its client.` }
}

function toData(found: Resource) {
  return {
    identifier: found.identifier,
    name: found.name,
    scope: found.scopes,
    scope_texts: Object.keys(found.scopeTexts).length > 0 ? found.scopeTexts : null,
    access_token_format: found.accessTokenFormat,
    access_token_alg: found.accessTokenAlg,
    access_token_seconds: found.accessTokenTtlSeconds,
    client_id: found.clientId,
    created_at: isoTime(found.createdAtMs),
  }
}
