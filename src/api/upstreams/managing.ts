/** Adds, changes and removes upstreams, and takes connections of an account away. */
import { z } from 'zod'
import { existing, findAccountById } from '../../accounts/account.ts'
import { byCaller } from '../../operations/bearer.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { showAccount } from '../../operations/shown-account.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { disconnect } from '../../upstreams/links.ts'
import { addUpstream, removeUpstream, updateUpstream } from '../../upstreams/upstream-changes.ts'
import { upstreamChanges, upstreamInput } from '../../upstreams/upstream-input.ts'
import type { Upstream } from '../../upstreams/upstream.ts'
import { common, NO_UPSTREAM, params, shownUpstream, showUpstream } from './shown-upstream.ts'

export function managingOperations(needs: Services): readonly Operation[] {
  return [creating(needs), changing(needs), deleting(needs), disconnecting(needs)]
}

const INVALID = {
  upstream_invalid: { status: 422, when: 'The fields do not fit together. The detail names each mistake.' },
} as const

function creating(needs: Services): Operation {
  const { issuer } = needs.config
  return operation({
    ...common,
    id: 'createUpstream',
    method: 'post',
    path: '/upstreams',
    summary: 'Add a provider that people may sign in with',
    description: 'Register the redirect_uri of the answer at the provider.',
    scope: 'upstreams:manage',
    creates: true,
    body: upstreamInput,
    answer: { status: 201, description: 'The provider.', schema: shownUpstream, etag: true },
    problems: { upstream_exists: { status: 409, when: 'There is an upstream with this id.' }, ...INVALID },
    async handle(request) {
      const upstream = await addUpstream(needs, request.body, byCaller(request))
      return { body: showUpstream(issuer, upstream), location: `/upstreams/${upstream.id}` }
    },
  })
}

function changing(needs: Services): Operation {
  const { issuer } = needs.config
  return operation({
    ...common,
    id: 'updateUpstream',
    method: 'patch',
    path: '/upstreams/{id}',
    summary: 'Change a provider that people may sign in with',
    description: 'Fields that are left out stay. Without enabled, nobody signs in with it; connections stay.',
    scope: 'upstreams:manage',
    params,
    body: upstreamChanges,
    answer: { status: 200, description: 'The changed provider.', schema: shownUpstream, etag: true },
    problems: { ...NO_UPSTREAM, ...INVALID },
    async handle(request) {
      const { id } = request.params
      const expects = (before: Upstream) => request.assertMatches(showUpstream(issuer, before))
      const changed = await updateUpstream(needs, id, request.body, byCaller(request), expects)
      return { body: showUpstream(issuer, changed) }
    },
  })
}

function deleting(needs: Services): Operation {
  const { issuer } = needs.config
  return operation({
    ...common,
    id: 'deleteUpstream',
    method: 'delete',
    path: '/upstreams/{id}',
    summary: 'Remove a provider and all connections with it',
    description: 'Accounts stay. People without a password set one by mail. This cannot be undone.',
    scope: 'upstreams:manage',
    params,
    answer: { status: 204, description: 'The provider is gone.' },
    problems: NO_UPSTREAM,
    async handle(request) {
      const expects = (before: Upstream) => request.assertMatches(showUpstream(issuer, before))
      await removeUpstream(needs, request.params.id, byCaller(request), expects)
      return { body: undefined }
    },
  })
}

function disconnecting(needs: Services): Operation {
  return operation({
    ...common,
    id: 'disconnectAccountUpstream',
    method: 'delete',
    path: '/accounts/{id}/upstreams/{upstream}',
    summary: 'Disconnect an account from a provider',
    description: 'Also when it is the only way in: the person then sets a password by mail.',
    scope: 'upstreams:manage',
    params: z.strictObject({ id: z.string().max(64), upstream: z.string().max(64) }),
    answer: { status: 204, description: 'The connection is gone.' },
    problems: {
      account_not_found: { status: 404, when: 'There is no account with this id.' },
      upstream_not_connected: { status: 404, when: 'The account is not connected with this upstream.' },
    },
    async handle(request) {
      const { id, upstream: upstreamId } = request.params
      const account = existing(await findAccountById(needs.db, id))
      request.assertMatches(showAccount(needs.config, account))
      const which = { accountId: account.id, upstreamId }
      const result = await disconnect(needs, which, byCaller(request), { force: true })
      if (result.ok) return { body: undefined }
      throw new AppError('upstream_not_connected', 404, 'The account is not connected with this upstream.')
    },
  })
}
