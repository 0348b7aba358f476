import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { createGuardedFetch, RefusedAddress } from '../../src/platform/guarded-fetch.ts'

async function listen(host: string, listener: RequestListener): Promise<{ port: number; server: Server }> {
  const server = createServer(listener).listen(0, host)
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, server }
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('it was not refused')
}

describe('a request to an address that a client supplied', () => {
  let seen = 0
  let inside: { port: number; server: Server }
  let insideV6: { port: number; server: Server }

  before(async () => {
    const count: RequestListener = (_request, response) => {
      seen += 1
      response.end('{}')
    }
    inside = await listen('0.0.0.0', count)
    insideV6 = await listen('::1', count)
    for (const { server } of [inside, insideV6]) server.on('connection', () => (seen += 1))
  })

  after(() => {
    inside.server.close()
    insideV6.server.close()
  })

  beforeEach(() => {
    seen = 0
  })

  const guarded = createGuardedFetch({ allowLoopback: false })

  for (const host of [
    '127.0.0.1',
    '127.0.0.2',
    '2130706434',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '0.0.0.0',
    'localhost',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b:1::127.0.0.1]',
    '[2002:7f00:1::]',
    '[fe80::1]',
    '10.0.0.1',
    '169.254.169.254',
    '192.168.1.1',
    '100.64.0.1',
  ]) {
    it(`never reaches ${host}`, async () => {
      for (const scheme of ['https', 'http'])
        for (const port of [inside.port, insideV6.port])
          expect(await failureOf(guarded(`${scheme}://${host}:${port}/`))).to.be.instanceOf(RefusedAddress)
      expect(seen).to.equal(0)
    })
  }

  it('is not fooled by a name with one public and one private address', async () => {
    const mixed = createGuardedFetch({
      allowLoopback: false,
      resolve: () =>
        Promise.resolve([
          { address: '93.184.216.34', family: 4 },
          { address: '127.0.0.1', family: 4 },
        ]),
    })
    expect(await failureOf(mixed(`https://mixed.example:${inside.port}/`))).to.be.instanceOf(RefusedAddress)
    expect(seen).to.equal(0)
  })

  it('asks for the name once, so that a rebinding resolver has no second answer to give', async () => {
    let asked = 0
    const rebinding = createGuardedFetch({
      allowLoopback: true,
      timeoutMs: 500,
      resolve: () => {
        asked += 1
        return Promise.resolve([{ address: asked === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }])
      },
    })
    expect((await rebinding(`http://rebind.example:${inside.port}/`)).status).to.equal(200)
    expect(asked).to.equal(1)
    expect(await failureOf(rebinding(`http://rebind.example:${inside.port}/`))).to.be.instanceOf(
      RefusedAddress,
    )
  })

  it('refuses plain http, other schemes and credentials in the address', async () => {
    for (const address of [
      'http://example.com/',
      'ftp://example.com/',
      'file:///etc/passwd',
      'https://a:b@example.com/',
    ]) {
      const resolve = () => Promise.resolve([{ address: '93.184.216.34', family: 4 }])
      const fetch = createGuardedFetch({ allowLoopback: false, resolve })
      expect(await failureOf(fetch(address)), address).to.be.instanceOf(RefusedAddress)
    }
  })

  it('reaches loopback over http on a server that runs on loopback itself', async () => {
    const local = createGuardedFetch({ allowLoopback: true })
    const response = await local(`http://127.0.0.1:${inside.port}/keys`)
    expect(response.status).to.equal(200)
    expect(await response.json()).to.deep.equal({})
    expect(await failureOf(local('http://10.0.0.1/'))).to.be.instanceOf(RefusedAddress)
  })

  it('hands a redirect back instead of following it', async () => {
    const { port, server } = await listen('127.0.0.1', (_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${inside.port}/` }).end()
    })
    const response = await createGuardedFetch({ allowLoopback: true })(`http://127.0.0.1:${port}/`)
    expect(response.status).to.equal(302)
    expect(seen).to.equal(0)
    server.close()
  })

  it('sends method, headers and body as given', async () => {
    let got = ''
    const { port, server } = await listen('127.0.0.1', (request, response) => {
      request.on('data', (chunk) => (got += String(chunk)))
      request.on('end', () => {
        got = `${request.method} ${request.headers['content-type']} ${got}`
        response.writeHead(204).end()
      })
    })
    const response = await createGuardedFetch({ allowLoopback: true })(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'logout_token=x',
    })
    expect(response.status).to.equal(204)
    expect(got).to.equal('POST application/x-www-form-urlencoded logout_token=x')
    server.close()
  })

  it('ends an answer that is too long or never comes', async () => {
    const long = await listen('127.0.0.1', (_request, response) => response.end('x'.repeat(2000)))
    const silent = await listen('127.0.0.1', () => undefined)
    const fetch = createGuardedFetch({ allowLoopback: true, limitBytes: 1000, timeoutMs: 200 })
    expect((await failureOf(fetch(`http://127.0.0.1:${long.port}/`))).message).to.contain('larger than 1000')
    expect((await failureOf(fetch(`http://127.0.0.1:${silent.port}/`))).name).to.match(/Abort|Timeout/)
    long.server.close()
    silent.server.closeAllConnections()
    silent.server.close()
  })
})
