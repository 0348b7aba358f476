/** Rotates the secret of a client, disables and enables it. */
import { z } from 'zod'
import { clientNotFound } from '../../clients/client-rows.ts'
import type { Client } from '../../clients/client-rows.ts'
import { disableClient, enableClient, rotateClientSecret } from '../../clients/clients.ts'
import { BEYOND, operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { HOUR_MS } from '../../platform/clock.ts'
import type { Services } from '../../services.ts'
import { assertReach } from './reach.ts'
import {
  besideMetadata,
  clientWithSecret,
  common,
  NO_CLIENT,
  params,
  showClient,
  shownClient,
  theClient,
} from './shown-client.ts'

export function secretOperations(needs: Services): readonly Operation[] {
  return [rotating(needs), switching(needs, 'disable'), switching(needs, 'enable')]
}

function rotating(needs: Services): Operation {
  return operation({
    ...common,
    id: 'rotateClientSecret',
    method: 'post',
    path: '/clients/{client_id}/rotate-secret',
    summary: 'Replace the secret of a client',
    description: 'The answer shows the new secret, this once.',
    scope: 'clients:manage',
    creates: true,
    params,
    body: z.strictObject({
      overlap_hours: z
        .int()
        .min(0)
        .max(24 * 90)
        .default(0)
        .describe('How long the old secret works as well.'),
    }),
    answer: { status: 200, description: 'The client with its new secret.', schema: clientWithSecret },
    problems: {
      ...NO_CLIENT,
      ...BEYOND,
      client_has_no_secret: { status: 400, when: 'The client authenticates in another way.' },
    },
    async handle({ params: { client_id: id }, body: { overlap_hours: hours }, token }) {
      const found = await theClient(needs.db, id)
      await assertReach(needs, token, found.metadata)
      const rotated = await rotateClientSecret(needs.db, id, needs, { overlapMs: hours * HOUR_MS })
      return { body: { ...rotated, ...besideMetadata(needs.config, found) } }
    },
  })
}

const SWITCHES = {
  disable: { id: 'disableClient', summary: 'Disable a client', run: disableClient },
  enable: { id: 'enableClient', summary: 'Enable a client', run: enableClient },
} as const

function switching({ config, db, clock }: Services, verb: keyof typeof SWITCHES): Operation {
  const { id, summary, run } = SWITCHES[verb]
  return operation({
    ...common,
    id,
    method: 'post',
    path: `/clients/{client_id}/${verb}`,
    summary,
    scope: 'clients:manage',
    params,
    answer: { status: 200, description: 'The client.', schema: shownClient, etag: true },
    problems: NO_CLIENT,
    async handle({ params: { client_id: clientId }, assertMatches }) {
      const expects = (before: Client) => assertMatches(showClient(config, before))
      if (!(await run(db, clientId, clock, expects))) throw clientNotFound()
      return { body: showClient(config, await theClient(db, clientId)) }
    },
  })
}
