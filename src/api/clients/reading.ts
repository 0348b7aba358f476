/** Clients: list, and one by its client_id. */
import { z } from 'zod'
import { pageOfClients } from '../../clients/client-pages.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { INVALID_CURSOR, pageOf, pageQuery } from '../../operations/paging.ts'
import type { Services } from '../../services.ts'
import { common, NO_CLIENT, params, showClient, shownClient, theClient } from './shown-client.ts'

export function readingOperations(needs: Services): readonly Operation[] {
  return [listing(needs), reading(needs)]
}

function listing({ config, db }: Services): Operation {
  return operation({
    ...common,
    id: 'listClients',
    method: 'get',
    path: '/clients',
    summary: 'List clients, newest first',
    scope: 'clients:read',
    query: z.strictObject(pageQuery),
    answer: { status: 200, description: 'A page of clients.', schema: pageOf(shownClient) },
    problems: INVALID_CURSOR,
    async handle({ query: { limit, cursor, skip } }) {
      const { clients, next } = await pageOfClients(db, { limit, after: cursor, skip })
      return {
        body: {
          items: clients.map((client) => showClient(config, client)),
          ...(next !== undefined && { next }),
        },
      }
    },
  })
}

function reading({ config, db }: Services): Operation {
  return operation({
    ...common,
    id: 'getClient',
    method: 'get',
    path: '/clients/{client_id}',
    summary: 'Read a client',
    scope: 'clients:read',
    params,
    answer: { status: 200, description: 'The client, without its secret.', schema: shownClient, etag: true },
    problems: NO_CLIENT,
    handle: async ({ params: { client_id: id } }) => ({ body: showClient(config, await theClient(db, id)) }),
  })
}
