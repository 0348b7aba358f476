/** Who is limited now, which limits are in effect, and clearing one. */
import { z } from 'zod'
import { assertMayChange } from '../../accounts/roles/caller-bounds.ts'
import { clearLimit } from '../../limits/clear-limit.ts'
import { limitsInEffect } from '../../limits/limit-table.ts'
import { isUnlimited, listLimits, theLimit } from '../../limits/limits.ts'
import { byCaller } from '../../operations/bearer.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import type { Services } from '../../services.ts'
import {
  common,
  kindQuery,
  limitId,
  NO_LIMIT,
  showLimit,
  shownLimit,
  showRule,
  shownRule,
} from './shown-limit.ts'

export function limitOperations(needs: Services): readonly Operation[] {
  return [listing(needs), listingRules(needs), reading(needs), clearing(needs)]
}

const limitPage = z.object({
  items: z.array(shownLimit),
  unlimited: z.boolean().describe('Whether the network that was asked for is one of UNLIMITED_NETWORKS.'),
})

const params = z.strictObject({ id: limitId })

function listing(needs: Services): Operation {
  return operation({
    ...common,
    id: 'listLimits',
    method: 'get',
    path: '/limits',
    summary: 'List who is limited now',
    description:
      'Of networks and accounts in the latest entries of the audit trail: at most 20,000 of the last day. With a network or an account: each of its counts that runs, reached or not.',
    scope: 'limits:read',
    query: z.strictObject({
      network: z.string().max(64).optional().describe('An address, an IPv4 /24, an IPv6 /64 or /48.'),
      account_id: z.string().max(64).optional(),
      kind: kindQuery,
    }),
    answer: {
      status: 200,
      description: 'At most 200, those that last longest first.',
      schema: limitPage,
    },
    problems: {
      account_not_found: { status: 404, when: 'There is no account with this id.' },
      network_invalid: {
        status: 400,
        when: 'It is no address, or a network that is wider than what is counted.',
      },
    },
    async handle({ query: { network, account_id: accountId, kind } }) {
      const asked = { ...(network && { network }), ...(accountId && { accountId }), ...(kind && { kind }) }
      const items = (await listLimits(needs, asked)).map(showLimit)
      return { body: { items, unlimited: network !== undefined && isUnlimited(needs.config, network) } }
    },
  })
}

function listingRules({ config }: Services): Operation {
  return operation({
    ...common,
    id: 'listLimitRules',
    method: 'get',
    path: '/limit-rules',
    summary: 'List the limits in effect',
    description: 'Of the process that answers. Others may have been started with other settings.',
    scope: 'limits:read',
    answer: { status: 200, description: 'The limits.', schema: z.object({ items: z.array(shownRule) }) },
    handle: async () => ({ body: { items: limitsInEffect(config).map(showRule) } }),
  })
}

function reading(needs: Services): Operation {
  return operation({
    ...common,
    id: 'getLimit',
    method: 'get',
    path: '/limits/{id}',
    summary: 'Read a limit',
    scope: 'limits:read',
    params,
    answer: { status: 200, description: 'The limit.', schema: shownLimit, etag: true },
    problems: NO_LIMIT,
    handle: async ({ params: { id } }) => ({ body: showLimit(await theLimit(needs, id)) }),
  })
}

function clearing(needs: Services): Operation {
  return operation({
    ...common,
    id: 'clearLimit',
    method: 'post',
    path: '/limits/{id}/clear',
    summary: 'Clear a limit',
    description: 'The count begins anew, in every process within a second.',
    scope: 'limits:manage',
    params,
    answer: { status: 204, description: 'The limit is cleared.' },
    problems: {
      ...NO_LIMIT,
      beyond_your_roles: {
        status: 403,
        when: 'The roles of the account allow more than those of the caller.',
      },
    },
    async handle({ params: { id }, assertMatches, token }) {
      const limit = await theLimit(needs, id)
      if (limit.account) await assertMayChange(needs.db, token, limit.account.id)
      assertMatches(showLimit(limit))
      await clearLimit(needs, limit, byCaller({ token }))
      return { body: undefined }
    },
  })
}
