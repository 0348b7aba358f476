import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { loadAssets } from '../../src/http/assets.ts'
import { errorHandler } from '../../src/http/error-handler.ts'
import { listen, memoryLog, rawRequest } from './loopback.ts'
import type { Loopback } from './loopback.ts'

describe('http/assets', () => {
  const publicDir = mkdtempSync(path.join(tmpdir(), 'public-'))
  mkdirSync(path.join(publicDir, 'img'))
  writeFileSync(path.join(publicDir, 'style.css'), 'body { color: red }')
  writeFileSync(path.join(publicDir, 'img', 'logo.svg'), '<svg/>')
  writeFileSync(path.join(publicDir, 'robots.txt'), 'User-agent: *')
  writeFileSync(path.join(publicDir, 'notes.md'), 'not for serving')
  const { middleware, assetHref } = loadAssets({ publicDir })
  let app: Loopback

  before(async () => {
    app = await listen([errorHandler({ log: memoryLog().log, renderErrorPage: () => {} }), middleware])
  })
  after(async () => {
    await app.close()
    rmSync(publicDir, { recursive: true })
  })

  it('serves a file under its hashed address, to be kept for ever', async () => {
    expect(assetHref('style.css')).to.match(/^\/assets\/style\.css\?v=[0-9a-f]{16}$/)
    const response = await fetch(app.url + assetHref('style.css'))
    expect(await response.text()).to.equal('body { color: red }')
    expect(response.headers.get('content-type')).to.equal('text/css; charset=utf-8')
    expect(response.headers.get('cache-control')).to.equal('public, max-age=31536000, immutable')
    const logo = await fetch(app.url + assetHref('img/logo.svg'))
    expect(logo.headers.get('content-type')).to.equal('image/svg+xml')
  })

  it('serves what browsers and robots ask for at the root, to be kept for a day', async () => {
    const response = await fetch(`${app.url}/robots.txt`)
    expect(await response.text()).to.equal('User-agent: *')
    expect(response.headers.get('cache-control')).to.equal('public, max-age=86400')
    expect((await fetch(`${app.url}/style.css`)).status).to.equal(404)
    const { assetHref: own } = loadAssets({ publicDir: path.join(import.meta.dirname, '../../public') })
    for (const name of ['favicon.ico', 'apple-touch-icon.png', 'robots.txt'])
      expect(own(name), name).to.contain(name)
  })

  it('lets no cache keep an address with another hash', async () => {
    for (const query of ['', '?v=0000000000000000']) {
      const response = await fetch(`${app.url}/assets/style.css${query}`)
      expect(response.status, query).to.equal(200)
      expect(response.headers.get('cache-control'), query).to.equal('no-cache')
    }
  })

  it('answers HEAD without a body and a known ETag with 304', async () => {
    const head = await fetch(app.url + assetHref('style.css'), { method: 'HEAD' })
    expect(head.headers.get('content-length')).to.equal('19')
    const etag = head.headers.get('etag') ?? ''
    // fetch would add `no-cache`, which asks for the whole answer.
    const headers = { 'If-None-Match': etag, 'Cache-Control': 'max-age=0' }
    const known = await fetch(`${app.url}/assets/style.css`, { headers })
    expect(known.status).to.equal(304)
  })

  it('serves nothing but the files that were there at the start', async () => {
    writeFileSync(path.join(publicDir, 'late.css'), 'x')
    for (const name of [
      'late.css',
      'notes.md',
      'missing.css',
      '',
      'img',
      '__proto__',
      '%2e%2e/package.json',
    ]) {
      expect((await fetch(`${app.url}/assets/${name}`)).status, name).to.equal(404)
    }
    const climbing = 'GET /assets/../../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    expect(await rawRequest(app.port, climbing)).to.match(/^HTTP\/1\.1 404 /)
    expect(() => assetHref('missing.css')).to.throw('no such asset')
  })

  it('takes only GET and HEAD', async () => {
    const response = await fetch(`${app.url}/assets/style.css`, { method: 'POST' })
    expect(response.status).to.equal(405)
    expect(response.headers.get('allow')).to.equal('GET, HEAD')
  })
})
