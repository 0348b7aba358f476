import { expect } from 'chai'
import type { Middleware } from 'koa'
import { Overload } from '../../src/platform/errors.ts'
import { networksOf } from '../../src/attempts/network.ts'
import { accessLog } from '../../src/http/access-log.ts'
import { clientAddress } from '../../src/http/request/client-ip.ts'
import { errorHandler } from '../../src/http/error-handler.ts'
import { formGate } from '../../src/http/form-gate.ts'
import type { FormGateNeeds } from '../../src/http/form-gate.ts'
import { createOverloadAnswers } from '../../src/http/overload.ts'
import type { OverloadNeeds } from '../../src/http/overload.ts'
import { listen, memoryLog } from './loopback.ts'
import type { Loopback } from './loopback.ts'

const html = { accept: 'text/html' }

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('http/overload', () => {
  let app: Loopback | undefined
  const logged = memoryLog()
  const named = (name: string) => logged.lines().filter(({ msg }) => msg === name)
  afterEach(async () => {
    await app?.close()
    app = undefined
  })

  async function start(over: Partial<OverloadNeeds>, ...inner: Middleware[]): Promise<string> {
    const { log } = logged
    const answerOverload = createOverloadAnswers({
      log,
      renderErrorPage: (ctx, { code, errorId }) => {
        ctx.type = 'html'
        ctx.body = `<h1>${code}</h1>${errorId ?? ''}`
      },
      pauseMs: 0,
      ...over,
    })
    app = await listen([
      accessLog({ log }),
      clientAddress(['loopback']),
      errorHandler({ log, renderErrorPage: () => {}, answerOverload }),
      ...inner,
    ])
    return app.url
  }
  const refuse: Middleware = () => {
    throw new Overload('too_many_attempts', 300)
  }

  it('answers a page without an error id, with status and Retry-After, and JSON to programs', async () => {
    const url = await start({}, refuse)
    const page = await fetch(`${url}/form`, { method: 'POST', headers: html })
    expect(page.status).to.equal(429)
    expect(page.headers.get('retry-after')).to.equal('300')
    expect(page.headers.get('cache-control')).to.equal('no-store')
    expect(await page.text()).to.equal('<h1>too_many_attempts</h1>')
    const json = await fetch(`${url}/form`, { method: 'POST' })
    expect(json.status).to.equal(429)
    expect(await json.json()).to.have.property('error', 'too_many_attempts')
  })

  it('leaves the answer to a redirect where there is one', async () => {
    const leadElsewhere: OverloadNeeds['leadElsewhere'] = (ctx, { code, status, retryAfterSeconds }) => {
      ctx.redirect(`/because/${code}/${status}/${retryAfterSeconds}`)
      return true
    }
    const url = await start({ leadElsewhere }, refuse)
    const answer = await fetch(url, { method: 'POST', headers: html, redirect: 'manual' })
    expect(answer.status).to.equal(302)
    expect(answer.headers.get('location')).to.equal('/because/too_many_attempts/429/300')
  })

  it('writes one line for all that were refused in a while, and none for each [S-2.51]', async () => {
    const url = await start({ logEveryMs: 100 }, refuse)
    // Debugging shows each request.
    const shown = () => logged.lines().filter(({ level }) => level !== 'debug').length
    const before = shown()
    await Promise.all(Array.from({ length: 40 }, () => fetch(url, { headers: html }).then((a) => a.text())))
    const counted = () =>
      named('http.overloaded').map(
        ({ refused }) => (refused as Record<string, number>)['too_many_attempts'] ?? 0,
      )
    // On a busy machine they may come in more than one while.
    await until(() => counted().reduce((sum, n) => sum + n, 0) >= 40)
    const counts = counted()
    expect(counts.reduce((sum, n) => sum + n)).to.equal(40)
    expect(shown() - before).to.equal(counts.length)
  })

  it('pauses before it answers, so that a connection sends few requests', async () => {
    const url = await start({ pauseMs: 400 }, refuse)
    const startedAt = performance.now()
    const answer = await fetch(url, { headers: html })
    expect(performance.now() - startedAt).to.be.at.least(390)
    expect(answer.headers.get('connection')).to.not.equal('close')
  })

  it('limits how many answers wait, and gives the places back when their peers leave', async () => {
    const url = await start({ pauseMs: 600_000, mostWaiting: 5 }, refuse)
    const connections = () =>
      new Promise<number>((resolve) => app?.server.getConnections((_error, count) => resolve(count)))
    for (const round of ['the first peers', 'those after them']) {
      const peers = new AbortController()
      const answered: (string | null)[] = []
      const ask = async (): Promise<void> => {
        const answer = await fetch(url, { headers: html, signal: peers.signal })
        answered.push(answer.headers.get('connection'))
      }
      const asked = Promise.allSettled(Array.from({ length: 8 }, ask))
      await until(() => answered.length === 3)
      expect(answered, round).to.deep.equal(['close', 'close', 'close'])
      peers.abort()
      await asked
      while ((await connections()) > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })

  describe('the gate of forms', () => {
    let now = 0
    let full = false
    const read: string[] = []
    const gate = (over: Partial<FormGateNeeds> = {}) =>
      formGate({
        clock: () => now,
        formsPerMinute: 6,
        ipv6SiteFactor: 2,
        networksOf,
        isForm: (path) => path !== '/token',
        hashes: (path) => path === '/sign-in',
        isFull: () => full,
        knownBrowser: (ctx) => ctx.get('x-browser') || undefined,
        ...over,
      })
    const inner: Middleware = (ctx) => {
      read.push(ctx.path)
      ctx.body = 'read'
    }
    const send = async (url: string, path: string, ip: string, headers = {}, method = 'POST') =>
      (await fetch(url + path, { method, headers: { 'x-forwarded-for': ip, ...headers } })).status
    const several = async (count: number, one: (n: number) => Promise<number>) => {
      const statuses: number[] = []
      for (let n = 0; n < count; n += 1) statuses.push(await one(n))
      return statuses.filter((status) => status === 200).length
    }
    beforeEach(() => {
      now = 1_000_000
      full = false
      read.length = 0
    })

    it('limits the forms of each network in a minute, and counts nothing else [S-2.50]', async () => {
      const url = await start({}, gate(), inner)
      expect(await several(10, () => send(url, '/sign-in', '192.0.2.7'))).to.equal(6)
      expect(read).to.have.lengthOf(6)
      expect(await send(url, '/sign-in', '192.0.2.99')).to.equal(429)
      expect(await send(url, '/sign-in', '198.51.100.1')).to.equal(200)
      expect(await send(url, '/sign-in', '192.0.2.7', {}, 'GET')).to.equal(200)
      expect(await send(url, '/token', '192.0.2.7')).to.equal(200)
      now += 10_000
      expect(await several(3, () => send(url, '/sign-in', '192.0.2.7'))).to.equal(1)
    })

    it('counts the /48 around an IPv6 /64, and a known browser by itself', async () => {
      const url = await start({}, gate(), inner)
      const fromSite = (n: number) => send(url, '/sign-in', `2001:db8:1:${n}::1`)
      expect(await several(20, fromSite)).to.equal(12)
      expect(await send(url, '/sign-in', '2001:db8:1:77::1', { 'x-browser': 'ada' })).to.equal(200)
      expect(await several(10, () => send(url, '/sign-in', '192.0.2.7', { 'x-browser': 'eve' }))).to.equal(6)
    })

    it('refuses a password unread while the queue for hashing is full, and nothing else', async () => {
      const url = await start({}, gate(), inner)
      full = true
      expect(await send(url, '/sign-in', '192.0.2.7')).to.equal(503)
      expect(await send(url, '/forgot', '192.0.2.7')).to.equal(200)
      full = false
      expect(await send(url, '/sign-in', '192.0.2.7')).to.equal(200)
    })

    it('remembers a bounded number of networks, and counts none when its limit is 0', async () => {
      const url = await start({}, gate({ mostKept: 3 }), inner)
      await several(6, () => send(url, '/sign-in', '192.0.2.7'))
      expect(await send(url, '/sign-in', '192.0.2.7')).to.equal(429)
      for (let n = 0; n < 3; n += 1) await send(url, '/sign-in', `198.51.${n}.1`)
      expect(await send(url, '/sign-in', '192.0.2.7')).to.equal(200)
      await app?.close()
      const open = await start({}, gate({ formsPerMinute: 0 }), inner)
      expect(await several(20, () => send(open, '/sign-in', '192.0.2.7'))).to.equal(20)
    })
  })
})
