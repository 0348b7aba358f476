/** The health of a client: its last errors, in words. */
import { z } from 'zod'
import { KEPT_MS, listErrors, MOST_ERRORS } from '../../clients/errors/client-errors.ts'
import { shownError } from '../../clients/errors/shown-errors.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { DAY_MS } from '../../platform/clock.ts'
import type { Services } from '../../services.ts'
import { common, NO_CLIENT, params, theClient } from './shown-client.ts'

const errorSchema = z
  .object({
    error: z
      .string()
      .describe(
        'The code that the app got, such as `invalid_grant`. `scope_ignored`: no error, but less than it asked for.',
      ),
    endpoint: z.string(),
    reason: z.string().nullable().describe('The words that the app got.'),
    cause: z
      .string()
      .nullable()
      .describe('What the app must not learn, such as that its secret was replaced.'),
    got: z.string().nullable().describe('What the app sent, masked where it could be a secret.'),
    registered: z.array(z.string()).nullable().describe('What is registered in its place.'),
    times: z.int(),
    first_at: z.iso.datetime(),
    last_at: z.iso.datetime(),
    request_id: z.string().nullable().describe('Of the last time. Also in the log.'),
  })
  .meta({ title: 'Client error' })

export function healthOperations({ db, clock }: Services): readonly Operation[] {
  return [
    operation({
      ...common,
      id: 'listClientErrors',
      method: 'get',
      path: '/clients/{client_id}/errors',
      summary: 'List the last errors of a client, the latest first',
      description: `At most ${MOST_ERRORS}, of the last ${KEPT_MS / DAY_MS} days. Equal errors are one with a count.`,
      scope: 'clients:read',
      params,
      answer: { status: 200, description: 'Its errors.', schema: z.object({ items: z.array(errorSchema) }) },
      problems: NO_CLIENT,
      async handle({ params: { client_id: id } }) {
        const { clientId } = await theClient(db, id)
        const errors = await listErrors(db, clientId, clock())
        return { body: { items: errors.map(shownError) } }
      },
    }),
  ]
}
