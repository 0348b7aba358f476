/** Resource servers: list, and one by its identifier. */
import { z } from 'zod'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { INVALID_CURSOR, pageOf, pageQuery } from '../../operations/paging.ts'
import { AppError } from '../../platform/errors.ts'
import { listDetailsTypes } from '../../resources/details-type.ts'
import { listResources } from '../../resources/resources.ts'
import type { Services } from '../../services.ts'
import { common, NO_RESOURCE, params, showResource, shownResource, theResource } from './shown-resource.ts'

const detailsType = z
  .object({
    type: z.string(),
    title: z.string().describe('What people read on the consent page.'),
    fields: z.record(z.string(), z.unknown()).describe('Its fields by name, each with its label.'),
  })
  .meta({ title: 'Type of authorization details' })

export function readingOperations({ db }: Services): readonly Operation[] {
  return [
    operation({
      ...common,
      id: 'listResources',
      method: 'get',
      path: '/resources',
      summary: 'List resource servers, by identifier',
      scope: 'resources:read',
      query: z.strictObject(pageQuery),
      answer: { status: 200, description: 'A page of resource servers.', schema: pageOf(shownResource) },
      problems: INVALID_CURSOR,
      async handle({ query: { limit, cursor, skip = 0 } }) {
        const from = cursor === undefined ? '' : identifierOf(cursor)
        const rest = (await listResources(db)).filter(({ identifier }) => identifier > from).slice(skip)
        const items = rest.slice(0, limit).map(showResource)
        const last = rest.length > limit ? items.at(-1) : undefined
        return { body: { items, ...(last && { next: encode(last.identifier) }) } }
      },
    }),
    operation({
      ...common,
      id: 'getResource',
      method: 'get',
      path: '/resources/{identifier}',
      summary: 'Read a resource server',
      scope: 'resources:read',
      params,
      answer: { status: 200, description: 'The resource server.', schema: shownResource, etag: true },
      problems: NO_RESOURCE,
      handle: async ({ params: { identifier } }) => ({
        body: showResource(await theResource(db, identifier)),
      }),
    }),
    detailsTypes(db),
  ]
}

function detailsTypes(db: Services['db']): Operation {
  return operation({
    ...common,
    id: 'listResourceDetailsTypes',
    method: 'get',
    path: '/resources/{identifier}/authorization-details-types',
    summary: 'List the types of authorization details of a resource server (RFC 9396), by name',
    scope: 'resources:read',
    params,
    answer: { status: 200, description: 'Its types.', schema: z.object({ items: z.array(detailsType) }) },
    problems: NO_RESOURCE,
    async handle({ params: { identifier } }) {
      await theResource(db, identifier)
      const types = await listDetailsTypes(db, identifier)
      return { body: { items: types.map(({ type, title, fields }) => ({ type, title, fields })) } }
    },
  })
}

function encode(identifier: string): string {
  return Buffer.from(identifier).toString('base64url')
}

function identifierOf(cursor: string): string {
  const identifier = Buffer.from(cursor, 'base64url').toString()
  if (URL.canParse(identifier)) return identifier
  throw new AppError('invalid_cursor', 400, 'The cursor is not the next of a page before.')
}
