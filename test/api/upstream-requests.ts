/** Requests to the operations on other providers: good ones, and their own refusals. */
import { randomUUID } from 'node:crypto'
import { connect } from '../../src/upstreams/links.ts'
import { theUpstream } from '../../src/upstreams/upstream.ts'
import type { Stage } from '../provider/stage.ts'
import type { Request } from './good-requests.ts'

type Needs = {
  /** The token of a program. */
  own: string
  created: (path: string, body: Record<string, unknown>) => Promise<unknown>
}

const anyId = () => `u${randomUUID().slice(0, 12)}`
const definition = () => ({ id: anyId(), issuer: 'https://id.example.com', client_id: 'here' })

export function upstreamRequests(
  stage: Stage,
  { own: token, created }: Needs,
): Record<'good' | 'refused', Record<string, () => Promise<Request>>> {
  const added = async () => {
    const body = definition()
    await created('/upstreams', body)
    return body
  }
  const onUpstream = (body?: Record<string, unknown>) => async () => ({
    path: `/upstreams/${(await added()).id}`,
    token,
    ...(body && { body }),
  })
  async function connected(): Promise<Request> {
    const [person, { id }] = [await stage.person(), await added()]
    const upstream = await theUpstream(stage.parts.db, id)
    const identity = { subject: person.id, emailVerified: false, shownAs: 'ada', amr: [] }
    const done = await connect(stage.parts, { accountId: person.id, upstream, identity }, { actor: 'cli' })
    if (!done.ok) throw new Error(done.reason)
    return { path: `/accounts/${person.id}/upstreams/${id}`, token }
  }
  return {
    good: {
      listUpstreams: () => Promise.resolve({ path: '/upstreams', token }),
      getUpstream: onUpstream(),
      createUpstream: () => Promise.resolve({ path: '/upstreams', token, body: definition() }),
      updateUpstream: onUpstream({ enabled: false }),
      deleteUpstream: onUpstream(),
      listAccountUpstreams: async () => ({
        path: `/accounts/${(await stage.person()).id}/upstreams`,
        token,
      }),
      disconnectAccountUpstream: connected,
    },
    refused: {
      'createUpstream 409': async () => ({ path: '/upstreams', token, body: await added() }),
      'createUpstream 422': () =>
        Promise.resolve({ path: '/upstreams', token, body: { id: anyId(), client_id: 'here' } }),
      'updateUpstream 422': onUpstream({ issuer: null }),
    },
  }
}
