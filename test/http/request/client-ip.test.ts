import { expect } from 'chai'
import type { Middleware } from 'koa'
import { clientAddress, clientIp, trustList } from '../../../src/http/request/client-ip.ts'
import { requestState } from '../../../src/http/request/request-state.ts'
import { listen } from '../loopback.ts'
import type { Loopback } from '../loopback.ts'

const tell: Middleware = (ctx) => {
  ctx.body = { ip: clientIp(ctx), secure: requestState(ctx).secure, host: ctx.host, protocol: ctx.protocol }
}

describe('http/client-ip', () => {
  let app: Loopback | undefined
  const ask = async (trustedProxies: string[], headers: Record<string, string>) => {
    app = await listen([clientAddress(trustedProxies), tell])
    return (await (await fetch(app.url, { headers })).json()) as Record<string, unknown>
  }
  afterEach(async () => {
    await app?.close()
  })

  it('ignores forwarded headers when no proxy is trusted', async () => {
    const answer = await ask([], { 'X-Forwarded-For': '203.0.113.9', 'X-Forwarded-Proto': 'https' })
    expect(answer).to.include({ ip: '127.0.0.1', secure: false })
  })

  it('ignores them from a connection that is not the trusted proxy [S-3.15]', async () => {
    const answer = await ask(['10.0.0.0/8', '::1'], {
      'X-Forwarded-For': '203.0.113.9',
      'X-Forwarded-Proto': 'https',
    })
    expect(answer).to.include({ ip: '127.0.0.1', secure: false })
  })

  const walks: [string, string[], string, string][] = [
    ['takes what the proxy saw', ['127.0.0.1/32'], '203.0.113.9', '203.0.113.9'],
    ['does not take what the client made up', ['loopback'], '1.1.1.1, 203.0.113.9', '203.0.113.9'],
    [
      'walks over trusted hops only',
      ['loopback', '10.0.0.0/8'],
      '1.1.1.1, 203.0.113.9, 10.1.2.3',
      '203.0.113.9',
    ],
    [
      'does not fall for a made-up trusted hop',
      ['loopback', '10.0.0.0/8'],
      '1.1.1.1, 10.9.9.9, 203.0.113.9',
      '203.0.113.9',
    ],
    ['stops at rubbish', ['loopback', '10.0.0.0/8'], '203.0.113.9, <x>, 10.1.2.3', '10.1.2.3'],
    ['keeps the proxy’s own address for an empty header', ['loopback'], ' ', '127.0.0.1'],
    [
      'reads ports, brackets and mapped addresses',
      ['loopback', 'private'],
      '[2001:DB8::1]:443, ::ffff:10.0.0.1',
      '2001:db8::1',
    ],
    [
      'gives the leftmost when every hop is trusted',
      ['loopback', 'private'],
      '10.0.0.1:99, 10.0.0.2',
      '10.0.0.1',
    ],
  ]
  for (const [name, proxies, header, expected] of walks) {
    it(name, async () => {
      expect(await ask(proxies, { 'X-Forwarded-For': header })).to.include({ ip: expected })
    })
  }

  it('takes from a trusted proxy whether a request was encrypted, and not from the client', async () => {
    expect(await ask(['loopback'], { 'X-Forwarded-Proto': 'https' })).to.include({ secure: true })
    await app?.close()
    expect(await ask(['loopback'], { 'X-Forwarded-Proto': 'https, http' })).to.include({ secure: false })
  })

  it('never lets a header change an address', async () => {
    const headers = {
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'https',
      Forwarded: 'host=evil.example',
    }
    const answer = await ask(['loopback'], headers)
    expect(answer).to.include({ host: `127.0.0.1:${app?.port}`, protocol: 'http' })
  })

  it('says at start which entry is no address', () => {
    for (const entry of ['proxy.example', '10.0.0.0/33', '10.0.0.0/', '10.0.0/8', '::1/129', '10.0.0.0/x']) {
      expect(() => trustList([entry]), entry).to.throw(`private: ${entry}`)
    }
  })
})
