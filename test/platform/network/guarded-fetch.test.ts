import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import { createServer as createTcpServer, isIP } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { createGuardedFetch, RefusedAddress } from '../../../src/platform/network/guarded-fetch.ts'

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
    '[2001:0:7f00:1::]',
    '[::ffff:0:127.0.0.1]',
    '[::ffff:8.8.8.8]',
    '[::]',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '[ff02::1]',
    '[4000::1]',
    '①②⑦.0.0.1',
    '127.0.0.1.',
    '0',
    '10.0.0.1',
    '169.254.169.254',
    '192.168.1.1',
    '100.64.0.1',
  ]) {
    it(`never reaches ${host} [S-3.10]`, async () => {
      for (const port of [inside.port, insideV6.port])
        for (const to of [`https://${host}:${port}/`, `http://${host}:${port}/`])
          expect(await failureOf(guarded(to)), to).to.be.instanceOf(RefusedAddress)
      expect(seen).to.equal(0)
    })
  }

  it('refuses a name with one public and one private address', async () => {
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

  it('takes public addresses, of IPv4 as of IPv6', async () => {
    for (const address of ['93.184.216.34', '2606:4700::1111']) {
      // Loopback answers first, so that the test asks nobody outside.
      const addresses = ['127.0.0.1', address].map((one) => ({ address: one, family: isIP(one) }))
      const fetch = createGuardedFetch({ allowLoopback: true, resolve: () => Promise.resolve(addresses) })
      // It got through to a server that speaks no TLS.
      const reached = await failureOf(fetch(`https://public.example:${inside.port}/`))
      expect(reached, address).not.to.be.instanceOf(RefusedAddress)
    }
    expect(seen).to.equal(2)
  })

  it('resolves the name once, so that a resolver cannot answer with another address later [S-3.11][S-6.21]', async () => {
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

  it('refuses plain http, other schemes and credentials in the address [S-3.12]', async () => {
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

  it('reaches the networks of the operator, over https alone, and nothing beside them', async () => {
    const clientNetworks = ['127.0.0.0/30', 'fd00::/8']
    const own = createGuardedFetch({ allowLoopback: false, clientNetworks })
    // It got through to a server that speaks no TLS.
    const reached = await failureOf(own(`https://127.0.0.1:${inside.port}/`))
    expect(reached).not.to.be.instanceOf(RefusedAddress)
    expect(seen).to.equal(1)
    for (const address of [
      `http://127.0.0.1:${inside.port}/`,
      `https://127.0.0.9:${inside.port}/`,
      `https://[::1]:${insideV6.port}/`,
    ])
      expect(await failureOf(own(address)), address).to.be.instanceOf(RefusedAddress)
    expect(seen).to.equal(1)
  })

  it('hands a redirect back instead of following it [S-3.13]', async () => {
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

  it('goes on to the next address of a name when the first does not answer', async () => {
    const addresses = ['127.0.0.9', '127.0.0.1']
    const resolve = () => Promise.resolve(addresses.map((address) => ({ address, family: 4 })))
    const { port, server } = await listen('127.0.0.1', (_request, response) => response.end('{}'))
    const response = await createGuardedFetch({ allowLoopback: true, resolve })(`http://two.example:${port}/`)
    expect(response.status).to.equal(200)
    server.close()
  })

  it('waits no longer for the name than for all the rest', async () => {
    const resolve = () => new Promise<never>(() => undefined)
    const fetch = createGuardedFetch({ allowLoopback: false, timeoutMs: 100, resolve })
    expect((await failureOf(fetch('https://slow.example/'))).name).to.equal('TimeoutError')
  })

  it('ends an answer that is too long or never comes [S-3.14]', async () => {
    const long = await listen('127.0.0.1', (_request, response) => response.end('x'.repeat(2000)))
    const silent = await listen('127.0.0.1', () => undefined)
    const fetch = createGuardedFetch({ allowLoopback: true, limitBytes: 1000, timeoutMs: 200 })
    expect((await failureOf(fetch(`http://127.0.0.1:${long.port}/`))).message).to.contain('larger than 1000')
    expect((await failureOf(fetch(`http://127.0.0.1:${silent.port}/`))).name).to.match(/Abort|Timeout/)
    long.server.close()
    silent.server.closeAllConnections()
    silent.server.close()
  })

  for (const [what, answer, message] of [
    ['drips its headers', drip('HTTP/1.1 200 OK\r\n', 'x-a: b\r\n'), /timeout/],
    ['drips its answer', drip('HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n', '{'), /timeout/],
    ['hints for ever', drip('', 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n'), /timeout/],
    ['changes the protocol', reply('101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x'), /closed/],
    ['has a status of its own', reply('999 Blocked\r\ncontent-length: 0'), /no status/],
    ['says nothing', (socket: Socket) => void socket.destroy(), /hang up/],
    ['breaks off', reply('200 OK\r\ncontent-length: 10'), /aborted/],
  ] satisfies [string, (socket: Socket) => void, RegExp][])
    it(`is over in time when the other side ${what}`, async () => {
      const server = createTcpServer((socket) => {
        socket.on('error', () => undefined)
        answer(socket)
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const fetch = createGuardedFetch({ allowLoopback: true, timeoutMs: 200 })
      const { port } = server.address() as AddressInfo
      expect((await failureOf(fetch(`http://127.0.0.1:${port}/`))).message).to.match(message)
      server.close()
    })

  it('takes the status of an answer without reading its body, even a long or slow one', async () => {
    const { port, server } = await listen('127.0.0.1', (_request, response) => {
      response.writeHead(201, { 'x-far': 'end' }).write('x'.repeat(100_000))
    })
    const closed = new Promise((done) => server.once('connection', (socket) => socket.once('close', done)))
    const fetch = createGuardedFetch({ allowLoopback: true, timeoutMs: 2000 })
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', statusOnly: true })
    expect([response.status, response.headers.get('x-far'), await response.text()]).to.eql([201, 'end', ''])
    await closed
    server.close()
  })

  it('does not unpack what is small and compressed', async () => {
    const packed = gzipSync(Buffer.alloc(10_000_000))
    const { port, server } = await listen('127.0.0.1', (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed)
    })
    const response = await createGuardedFetch({ allowLoopback: true })(`http://127.0.0.1:${port}/`)
    expect((await response.arrayBuffer()).byteLength).to.equal(packed.length)
    server.close()
  })

  it('goes through no proxy, even if the environment names one', async () => {
    const proxy = await listen('127.0.0.1', (_request, response) => response.end('by proxy'))
    proxy.server.on('connection', () => (seen += 100))
    const url = `http://127.0.0.1:${proxy.port}`
    const guard = new URL('../../../src/platform/network/guarded-fetch.ts', import.meta.url).href
    const code = `
      import { createGuardedFetch } from ${JSON.stringify(guard)}
      const answer = await createGuardedFetch({ allowLoopback: true })('http://127.0.0.1:${inside.port}/')
      console.log(await answer.text())`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], {
      env: { ...process.env, NODE_USE_ENV_PROXY: '1', HTTP_PROXY: url, HTTPS_PROXY: url, NO_PROXY: '' },
    })
    expect(stdout.trim()).to.equal('{}')
    expect(seen, 'the connection and the request, none by the proxy').to.equal(2)
    proxy.server.close()
  })
})

/** A server that begins, and then sends a little again and again. */
function drip(beginning: string, bytes: string) {
  return (socket: Socket): void => {
    socket.write(beginning)
    const timer = setInterval(() => socket.write(bytes), 20)
    socket.once('close', () => clearInterval(timer))
  }
}

function reply(head: string) {
  return (socket: Socket): void => void socket.end(`HTTP/1.1 ${head}\r\n\r\nabc`)
}
