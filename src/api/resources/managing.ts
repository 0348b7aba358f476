/** Registers, changes and deletes resource servers. */
import { z } from 'zod'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import {
  createResource,
  deleteResource,
  resourceChanges,
  resourceInput,
  resourceNotFound,
  updateResource,
} from '../../resources/resources.ts'
import type { Resource } from '../../resources/resources.ts'
import type { Services } from '../../services.ts'
import { scopeWarnings } from '../../resources/scope-warnings.ts'
import { common, INVALID, NO_RESOURCE, params, showResource, shownResource } from './shown-resource.ts'

const createdResource = shownResource
  .extend({ client_secret: z.string().optional().describe('Of its own client. Shown this once.') })
  .meta({ title: 'Resource server with its secret' })

export function managingOperations(needs: Services): readonly Operation[] {
  return [creating(needs), changing(needs), deleting(needs)]
}

function creating(needs: Services): Operation {
  return operation({
    ...common,
    id: 'createResource',
    method: 'post',
    path: '/resources',
    summary: 'Register a resource server',
    description: 'The answer shows the secret of its client, this once.',
    scope: 'resources:manage',
    creates: true,
    body: resourceInput,
    answer: { status: 201, description: 'The resource server.', schema: createdResource },
    problems: {
      ...INVALID,
      resource_exists: { status: 409, when: 'There is a resource server with this identifier.' },
    },
    async handle({ body }) {
      const { resource, client } = await createResource(needs.db, body, needs)
      const { client_secret } = client
      warn(needs, resource)
      return {
        body: { ...showResource(resource), ...(client_secret !== undefined && { client_secret }) },
        location: `/resources/${encodeURIComponent(resource.identifier)}`,
      }
    },
  })
}

function warn({ log }: Services, resource: Resource): void {
  const [warning] = scopeWarnings(resource)
  if (warning) log.warn({ resource: resource.identifier, warning }, 'resource.scopes_without_text')
}

function changing(needs: Services): Operation {
  return operation({
    ...common,
    id: 'updateResource',
    method: 'patch',
    path: '/resources/{identifier}',
    summary: 'Change a resource server',
    scope: 'resources:manage',
    params,
    body: resourceChanges,
    answer: { status: 200, description: 'The resource server.', schema: shownResource, etag: true },
    problems: { ...NO_RESOURCE, ...INVALID },
    async handle({ params: { identifier }, body, assertMatches }) {
      const changed = await updateResource(needs.db, identifier, body, {
        ...needs,
        expects: (before) => assertMatches(showResource(before)),
      })
      warn(needs, changed)
      return { body: showResource(changed) }
    },
  })
}

function deleting({ db }: Services): Operation {
  return operation({
    ...common,
    id: 'deleteResource',
    method: 'delete',
    path: '/resources/{identifier}',
    summary: 'Delete a resource server and its client',
    scope: 'resources:manage',
    params,
    answer: { status: 204, description: 'The resource server is gone.' },
    problems: NO_RESOURCE,
    async handle({ params: { identifier }, assertMatches }) {
      const deleted = await deleteResource(db, identifier, (before) => assertMatches(showResource(before)))
      if (!deleted) throw resourceNotFound()
      return { body: undefined }
    },
  })
}
