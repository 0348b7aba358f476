/** Upstreams: all, one by its id, and the connections of an account. */
import { z } from 'zod'
import { existing, findAccountById } from '../../accounts/account.ts'
import { operation } from '../../operations/operation.ts'
import type { ApiToken, Operation } from '../../operations/operation.ts'
import type { Services } from '../../services.ts'
import { countLinks, listLinks } from '../../upstreams/links.ts'
import { listUpstreams, theUpstream } from '../../upstreams/upstream.ts'
import {
  common,
  linkList,
  NO_UPSTREAM,
  params,
  showLinks,
  shownUpstream,
  showUpstream,
} from './shown-upstream.ts'

export function readingOperations(needs: Services): readonly Operation[] {
  return [listing(needs), reading(needs), ofAccount(needs), own(needs)]
}

function listing({ db, config: { issuer } }: Services): Operation {
  const connected = z.int().describe('How many accounts are connected with it.')
  const listed = shownUpstream.extend({ connected }).meta({ title: 'ListedUpstream' })
  const schema = z.object({ items: z.array(listed) }).meta({ title: 'Upstreams' })
  return operation({
    ...common,
    id: 'listUpstreams',
    method: 'get',
    path: '/upstreams',
    summary: 'List the providers that people may sign in with, by label',
    scope: 'upstreams:read',
    answer: { status: 200, description: 'The providers, without their secrets.', schema },
    async handle() {
      const [upstreams, counts] = [await listUpstreams(db), await countLinks(db)]
      const items = upstreams.map((one) => ({
        ...showUpstream(issuer, one),
        connected: counts.get(one.id) ?? 0,
      }))
      return { body: { items } }
    },
  })
}

function reading({ db, config: { issuer } }: Services): Operation {
  return operation({
    ...common,
    id: 'getUpstream',
    method: 'get',
    path: '/upstreams/{id}',
    summary: 'Read a provider that people may sign in with',
    scope: 'upstreams:read',
    params,
    answer: {
      status: 200,
      description: 'The provider, without its secret.',
      schema: shownUpstream,
      etag: true,
    },
    problems: NO_UPSTREAM,
    handle: async ({ params: { id } }) => ({ body: showUpstream(issuer, await theUpstream(db, id)) }),
  })
}

function ofAccount({ db }: Services): Operation {
  return operation({
    ...common,
    id: 'listAccountUpstreams',
    method: 'get',
    path: '/accounts/{id}/upstreams',
    summary: 'List the providers that an account is connected with',
    scope: 'upstreams:read',
    params,
    answer: { status: 200, description: 'The connections.', schema: linkList },
    problems: { account_not_found: { status: 404, when: 'There is no account with this id.' } },
    async handle({ params: { id: accountId } }) {
      const { id } = existing(await findAccountById(db, accountId))
      return { body: showLinks(await listLinks(db, id)) }
    },
  })
}

function own({ db }: Services): Operation {
  return operation({
    id: 'listOwnUpstreams',
    method: 'get',
    path: '/account/upstreams',
    tag: 'Own account',
    summary: 'List the providers that your account is connected with',
    scope: 'account:read',
    caller: 'person',
    answer: { status: 200, description: 'The connections.', schema: linkList },
    handle: async ({ token }) => ({ body: showLinks(await listLinks(db, ownerId(token))) }),
  })
}

function ownerId({ account }: ApiToken): string {
  if (!account) throw new Error('the operation takes a person’s token only')
  return account.id
}
