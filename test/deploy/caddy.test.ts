import { expect } from 'chai'
import { fetchWith } from '../provider/binding/mtls-request.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import { HOST, startComposedCaddy, startSmallCaddy } from '../support/service-caddy.ts'
import { freePort } from '../support/service-process.ts'
import { createVisitor } from '../support/visitor.ts'
import { signsInFromOwnAddress } from './own-address.ts'

const ISSUER = `https://${HOST}`

describe('Caddy with deploy/small/Caddyfile, in front of one server', function () {
  let server: RunningServer
  let caddy: Awaited<ReturnType<typeof startSmallCaddy>>
  before(async () => {
    server = await startServer({
      store: 'sqlite',
      separate: true,
      env: {
        ACCOUNT_SERVER_ISSUER: ISSUER,
        ACCOUNT_SERVER_TRUSTED_PROXIES: '127.0.0.1',
        // No mail is sent here.
        ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtp://127.0.0.1:9',
      },
    })
    caddy = await startSmallCaddy(server.processes[0]!.port)
  })
  after(async () => {
    await caddy?.stop()
    await server?.stop()
  })

  /** Any address of 127.0.0.0/8 is one of this machine. */
  const visitorAt = (localAddress: string, headers: Record<string, string> = {}) =>
    createVisitor(ISSUER, headers, fetchWith(undefined, { port: caddy.port, localAddress }))

  it('signs a person in, and the audit trail has the address of the visitor, not a forged one', () =>
    signsInFromOwnAddress(server, visitorAt))

  it('keeps cookies to encrypted connections, and leads http to https', async () => {
    const page = await visitorAt('127.0.0.5').get('/sign-in', { follow: false })
    expect(page.headers.getSetCookie()).to.not.eql([])
    for (const cookie of page.headers.getSetCookie()) expect(cookie).to.match(/;\s*secure/i)
    const plain = await fetch(`http://127.0.0.1:${caddy.plainPort}/sign-in?a=b`, { redirect: 'manual' })
    // The host is the one that was asked for.
    expect([plain.status, plain.headers.get('location')]).to.eql([308, 'https://127.0.0.1/sign-in?a=b'])
  })

  it('lets requests wait while the server restarts', async () => {
    const restarted = server.restart('SIGTERM')
    const pages = Array.from({ length: 5 }, () => visitorAt('127.0.0.5').get('/sign-in'))
    expect((await Promise.all(pages)).map(({ status }) => status)).to.eql(Array.from(pages, () => 200))
    await restarted
  })
})

describe('Caddy with deploy/Caddyfile, in front of two servers', () => {
  it('asks the one that is there while the other is away', async () => {
    const server = await startServer({ store: 'sqlite' })
    const caddy = await startComposedCaddy([server.processes[0]!.port, await freePort()])
    const statuses = []
    for (let turn = 0; turn < 10; turn += 1)
      statuses.push((await fetch(`http://127.0.0.1:${caddy.port}/health/ready`)).status)
    expect(statuses).to.eql(Array.from(statuses, () => 200))
    await caddy.stop()
    await server.stop()
  })
})
