import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'

import type { Adapter, Configuration } from 'oidc-provider'
import { pino } from 'pino'
import { createProvider } from '../../../src/provider/library/own-provider.ts'
import { describedPage, describeRefusals } from '../../../src/provider/refusals/describe.ts'
import { AppError } from '../../../src/platform/errors.ts'

/** Where a client is looked up, by what programs ask. */
const ENDPOINTS = [
  '/token',
  '/request',
  '/token/introspection',
  '/token/revocation',
  '/device/auth',
  '/backchannel',
]

const unused = () => undefined
const UNUSED = { triggerAuthenticationDevice: unused, validateRequestContext: unused, verifyUserCode: unused }

describe('a refusal of our own nouns inside a route of the library', () => {
  let server: Server
  let thrown: Error
  let lines: Record<string, unknown>[] = []

  before(async () => {
    const fail = () => Promise.reject(thrown)
    const adapter = { find: fail, upsert: fail, destroy: fail, consume: fail } as unknown as Adapter
    const render: Configuration['renderError'] = (ctx, _out, error) => {
      ctx.body = error.message
    }
    const provider = createProvider('http://localhost', {
      adapter: () => adapter,
      renderError: describedPage(render),
      features: {
        devInteractions: { enabled: false },
        introspection: { enabled: true },
        revocation: { enabled: true },
        deviceFlow: { enabled: true },
        ciba: { enabled: true, deliveryModes: ['poll'], ...UNUSED },
      },
    })
    const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) })
    describeRefusals(provider, { log, noteError: () => undefined })
    const handle = provider.callback()
    server = createServer((req, res) => void handle(req, res))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  after(() => server.close())
  beforeEach(() => (lines = []))

  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ask = (path: string, accept = 'application/json') => {
    const body = new URLSearchParams({ client_id: 'a', grant_type: 'client_credentials', token: 'x' })
    return fetch(`${address()}${path}`, { method: 'POST', body, headers: { accept } })
  }

  for (const path of ENDPOINTS)
    it(`keeps its status and its words at ${path}, and is no fault in the log`, async () => {
      thrown = new AppError('client_changed', 409, 'Another request has "changed" the client.')
      for (const accept of ['application/json', 'text/html']) {
        const answer = await ask(path, accept)
        expect(answer.status, accept).to.equal(409)
        expect(await answer.json(), accept).to.eql({
          error: 'invalid_request',
          error_description: "Another request has 'changed' the client.",
        })
      }
      expect(lines.map(({ msg, refusal }) => [msg, refusal])).to.eql([
        ['oidc.refused', 'client_changed'],
        ['oidc.refused', 'client_changed'],
      ])
    })

  it('says when to try again after too many attempts [S-5.27]', async () => {
    thrown = new AppError('too_many_requests', 429, 'Too many.', { retryAfterSeconds: 6.5 })
    const answer = await ask('/token')
    expect([answer.status, answer.headers.get('retry-after')]).to.eql([429, '7'])
    expect(await answer.json()).to.include({ error: 'temporarily_unavailable' })
  })

  it('keeps its status on a page', async () => {
    thrown = new AppError('client_changed', 409, 'Another request has changed the client.')
    const answer = await fetch(`${address()}/auth?client_id=a`, { headers: { accept: 'text/html' } })
    expect([answer.status, await answer.text()]).to.eql([409, thrown.message])
  })

  it('stays apart from a fault of the server, which is a 500 without details', async () => {
    for (thrown of [new AppError('unreadable', 500, 'A secret reason.'), new Error('A secret reason.')]) {
      const answer = await ask('/token')
      expect(answer.status, thrown.name).to.equal(500)
      expect(await answer.text(), thrown.name).not.to.contain('secret')
    }
    expect(lines.map(({ msg }) => msg)).to.eql(['oidc.failed', 'oidc.failed'])
  })
})
