/** Registers, changes and deletes clients. */
import type Provider from 'oidc-provider'
import type { ClientInput } from '../../clients/client-metadata.ts'
import { clientNotFound } from '../../clients/client-rows.ts'
import type { Client } from '../../clients/client-rows.ts'
import { createClient, deleteClient, updateClient } from '../../clients/clients.ts'
import type { RegisteredClient } from '../../clients/clients.ts'
import { withIdTokenAlg } from '../../clients/profiles.ts'
import { BEYOND, operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { clientCheck } from '../../provider/clients/client-check.ts'
import { assertNotOfResource } from '../../resources/resources.ts'
import { scopeWarningsOfClient } from '../../resources/scope-warnings.ts'
import type { Services } from '../../services.ts'
import { assertReach } from './reach.ts'
import {
  besideMetadata,
  clientChanges,
  clientWithSecret,
  common,
  INVALID,
  newClient,
  NO_CLIENT,
  params,
  showClient,
  theClient,
} from './shown-client.ts'

type Needs = Services & { accepts: ReturnType<typeof clientCheck> }

export function managingOperations(services: Services, current: () => Provider): readonly Operation[] {
  const needs = { ...services, accepts: clientCheck(current) }
  return [creating(needs), changing(needs), deleting(needs)]
}

function creating(needs: Needs): Operation {
  return operation({
    ...common,
    id: 'createClient',
    method: 'post',
    path: '/clients',
    summary: 'Register a client',
    description: 'The answer shows its secret, this once.',
    scope: 'clients:manage',
    creates: true,
    body: newClient,
    answer: { status: 201, description: 'The client.', schema: clientWithSecret },
    problems: { ...INVALID, ...BEYOND },
    async handle({ body, token }) {
      const { db, config } = needs
      await assertReach(needs, token, { ...body })
      // Checked together by the noun.
      const wanted = withIdTokenAlg(body, config.tokens.idTokenAlgorithm) as ClientInput
      const created = await createClient(db, wanted, needs)
      const shown = { ...enabled(created), ...(await warningsOf(needs, created)) }
      return { body: shown, location: `/clients/${encodeURIComponent(created.client_id)}` }
    },
  })
}

function changing(needs: Needs): Operation {
  return operation({
    ...common,
    id: 'updateClient',
    method: 'patch',
    path: '/clients/{client_id}',
    summary: 'Change a client',
    description:
      'Changes the named fields; `null` removes one. A new secret is issued, and shown, where the method of authentication needs one.',
    scope: 'clients:manage',
    params,
    body: clientChanges,
    answer: { status: 200, description: 'The client.', schema: clientWithSecret },
    problems: { ...NO_CLIENT, ...INVALID, ...BEYOND },
    async handle({ params: { client_id: id }, body, token, assertMatches }) {
      const found = await theClient(needs.db, id)
      const { metadata } = found
      await assertReach(needs, token, metadata)
      await assertReach(needs, token, { ...metadata, ...body })
      const changed = await updateClient(needs.db, id, body as Partial<ClientInput>, {
        ...needs,
        expects: (before) => assertMatches(showClient(needs.config, before)),
      })
      const beside = { ...besideMetadata(needs.config, found), ...(await warningsOf(needs, changed)) }
      return { body: { ...changed, ...beside } }
    },
  })
}

function deleting(needs: Needs): Operation {
  return operation({
    ...common,
    id: 'deleteClient',
    method: 'delete',
    path: '/clients/{client_id}',
    summary: 'Delete a client',
    description: 'With all that people gave it.',
    scope: 'clients:manage',
    params,
    answer: { status: 204, description: 'The client is gone.' },
    problems: {
      ...NO_CLIENT,
      client_of_resource: { status: 409, when: 'It belongs to a resource server. Delete that.' },
    },
    async handle({ params: { client_id: id }, assertMatches }) {
      await assertNotOfResource(needs.db, id)
      const expects = (before: Client) => assertMatches(showClient(needs.config, before))
      const deleted = await deleteClient(needs, id, expects)
      if (!deleted) throw clientNotFound()
      return { body: undefined }
    },
  })
}

async function warningsOf({ db, log }: Needs, client: RegisteredClient) {
  const warnings = await scopeWarningsOfClient(db, client)
  if (warnings.length === 0) return {}
  log.warn({ clientId: client.client_id, warnings }, 'client.scopes_without_text')
  return { warnings }
}

function enabled(created: RegisteredClient) {
  return { ...created, disabled: false }
}
