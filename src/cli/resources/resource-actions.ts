/** What the commands of `resource` do. */
import {
  createResource,
  deleteResource,
  findResource,
  listResources,
  resourceNotFound,
  updateResource,
} from '../../resources/resources.ts'
import type { Resource } from '../../resources/resources.ts'
import { scopeWarnings } from '../../resources/scope-warnings.ts'
import { listDetailsTypes } from '../../resources/details-type.ts'
import type { Services } from '../../services.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime } from '../../command-line/layout.ts'
import { resourceAnswer, resourceDeleted, resourceList, resourceMade } from './resource-answers.ts'
import { changesOf, wantedOf } from './resource-input.ts'

export async function update(input: Input, { db, clock }: Services): Promise<Answer> {
  const [identifier = ''] = input.operands
  const changed = await updateResource(db, identifier, changesOf(input), { clock })
  return resourceAnswer(toData(changed), scopeWarnings(changed))
}

export async function create(input: Input, { db, clock, sealer }: Services): Promise<Answer> {
  const made = await createResource(db, wantedOf(input), { clock, sealer })
  const { client_secret } = made.client
  return resourceMade({ ...toData(made.resource), client_secret }, scopeWarnings(made.resource))
}

export async function list(_input: Input, { db }: Services): Promise<Answer> {
  return resourceList((await listResources(db)).map(toData))
}

export async function show({ operands: [identifier = ''] }: Input, { db }: Services): Promise<Answer> {
  const found = await findResource(db, identifier)
  if (!found) throw resourceNotFound()
  const types = (await listDetailsTypes(db, identifier)).map(({ type }) => type)
  const data = { ...toData(found), ...(types.length > 0 && { authorization_details_types: types }) }
  return resourceAnswer(data, scopeWarnings(found))
}

export async function remove({ operands: [identifier = ''] }: Input, { db }: Services): Promise<Answer> {
  if (!(await deleteResource(db, identifier))) throw resourceNotFound()
  return resourceDeleted(identifier)
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
