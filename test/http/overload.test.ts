import { expect } from 'chai'
import type { Middleware } from 'koa'
import { Overload } from '../../src/platform/errors.ts'
import { networksOf } from '../../src/attempts/network.ts'
import { accessLog } from '../../src/http/access-log.ts'
import { clientAddress } from '../../src/http/request/client-ip.ts'
import { errorHandler } from '../../src/http/error-handler.ts'
import { formGate } from '../../src/http/form-gate.ts'
import type { FormGateNeeds } from '../../src/http/form-gate.ts'
import { roughLanguage } from '../../src/http/request/request-language.ts'
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
      renderPage: ({ code, language, backHref }) =>
        `<h1 lang="${language}">${code}</h1><a href="${backHref}">Try again</a>`,
      languages: ['en', 'ru'],
      languageOf: (ctx) => roughLanguage(ctx, true),
      backHrefs: ['', '/'],
      backHref: (path) => (path === '/form' ? '' : '/'),
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

  it('answers a fixed page with status, Retry-After and a way on, and JSON to programs', async () => {
    const url = await start({}, refuse)
    const page = await fetch(`${url}/form`, { method: 'POST', headers: html })
    expect(page.status).to.equal(429)
    expect(page.headers.get('retry-after')).to.equal('300')
    expect(page.headers.get('cache-control')).to.equal('no-store')
    expect(await page.text()).to.equal('<h1 lang="en">too_many_attempts</h1><a href="">Try again</a>')
    const elsewhere = await fetch(`${url}/elsewhere`, { method: 'POST', headers: html })
    expect(await elsewhere.text()).to.contain('href="/"')
    const json = await fetch(`${url}/form`, { method: 'POST' })
    expect(await json.json()).to.have.property('error', 'too_many_attempts')
  })

  it('names the minutes until another attempt, and makes each page once', async () => {
    const made: number[] = []
    const waits = [300, 241, 59, 0, 4000]
    const url = await start(
      {
        languages: ['en'],
        backHrefs: ['/'],
        renderPage: ({ minutes }) => {
          made.push(minutes)
          return `in ${minutes}`
        },
      },
      () => {
        throw new Overload('too_many_attempts', waits.shift() ?? 0)
      },
    )
    const texts = []
    for (let at = 0; at < 5; at += 1) texts.push(await (await fetch(url, { headers: html })).text())
    expect(texts).to.eql(['in 5', 'in 5', 'in 1', 'in 0', 'in 70'])
    expect(made.filter((minutes) => minutes > 0)).to.eql([5, 1, 70])
  })

  it('speaks the language that the browser names first or the person chose, without reading all of the header', async () => {
    const url = await start({}, refuse)
    const languageOf = async (headers: Record<string, string>) => {
      const answer = await fetch(url, { headers: { ...html, ...headers } })
      return /lang="(\w+)"/.exec(await answer.text())?.[1]
    }
    expect(await languageOf({ 'accept-language': 'de-DE, ru;q=0.8, en;q=0.5' })).to.equal('ru')
    expect(await languageOf({ 'accept-language': 'en', cookie: '__Host-as_language=ru.1' })).to.equal('ru')
    expect(await languageOf({ 'accept-language': `${'xx,'.repeat(2000)}ru` })).to.equal('en')
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

  it('pauses before it answers, so that a connection sends few requests, but limits how many wait', async () => {
    const url = await start({ pauseMs: 400, mostWaiting: 5 }, refuse)
    const startedAt = performance.now()
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const answer = await fetch(url, { headers: html })
        await answer.text()
        return { closes: answer.headers.get('connection') === 'close', tookMs: performance.now() - startedAt }
      }),
    )
    expect(answers.filter(({ closes }) => closes)).to.have.lengthOf(3)
    for (const [index, { closes, tookMs }] of answers.entries())
      if (!closes) expect(tookMs, `answer ${index}`).to.be.at.least(390)
    expect((await fetch(url, { headers: html })).headers.get('connection')).to.not.equal('close')
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
