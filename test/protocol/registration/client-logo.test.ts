import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { openStage, PASSWORD } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { register } from '../../provider/relying-party.ts'
import { CALLBACK, createRegistrar } from './registrar.ts'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const RUSSIAN = Buffer.concat([PNG, Buffer.of(0)])
const ICON = Buffer.concat([Buffer.of(0, 0, 1, 0, 1, 0), PNG])
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

describe('the logo of an app', function () {
  let stage: Stage
  let listener: Server
  let origin = ''
  const asked: string[] = []
  const files: Record<string, { body: Buffer | string; status?: number }> = {
    '/logo.png': { body: PNG },
    '/open.png': { body: PNG },
    '/icon.ico': { body: ICON },
    '/ru.png': { body: RUSSIAN },
    '/script.png': { body: SVG },
    '/gone.png': { body: PNG, status: 404 },
    '/huge.png': { body: Buffer.concat([PNG, Buffer.alloc(256 * 1024)]) },
  }
  before(async () => {
    stage = await openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_CLIENT_REGISTRATION: 'open' } })
    listener = createServer((request, response) => {
      const { url = '/' } = request
      asked.push(url)
      const file = files[url]
      // What its host calls it counts for nothing.
      response.writeHead(file?.status ?? (file ? 200 : 404), { 'content-type': 'image/png' })
      response.end(file?.body)
    }).listen(0, '127.0.0.1')
    await once(listener, 'listening')
    origin = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
  })
  after(async () => {
    listener.close()
    await stage.stop()
  })

  const timesAsked = (path: string) => asked.filter((one) => one === path).length

  async function consentPage(app: { authorizePath: () => string }, language = 'en') {
    const person = await stage.person()
    const visitor = stage.visitor({ 'accept-language': language })
    const page = await visitor.get(app.authorizePath())
    const consent = await visitor.followForm(
      page,
      { email: person.email, password: PASSWORD },
      { action: '/sign-in' },
    )
    expect(consent.heading).to.match(/asks for access|запрашивает доступ|请求访问/)
    return {
      visitor,
      text: consent.text,
      source: /<img src="(\/client-logo\/[^"]+)"/.exec(consent.text)?.[1],
    }
  }

  it('is shown where consent is asked, from our own address, and fetched once [C-dynamic/oidcc-registration-logo-uri]', async () => {
    const app = await register(stage, { logo_uri: `${origin}/logo.png` })
    const { visitor, text, source = '' } = await consentPage(app)
    expect(text).not.to.contain(origin)
    expect(source).to.equal(`/client-logo/${app.clientId}`)
    const answer = await fetch(new URL(source, visitor.issuer))
    expect(answer.status).to.equal(200)
    expect(Buffer.from(await answer.arrayBuffer())).to.eql(PNG)
    expect(answer.headers.get('content-type')).to.equal('image/png')
    expect(answer.headers.get('x-content-type-options')).to.equal('nosniff')
    expect(answer.headers.get('content-security-policy')).to.equal("default-src 'none'; sandbox")
    await consentPage(app)
    expect(timesAsked('/logo.png')).to.be.within(1, stage.processes.length)
  })

  it('is the one of the reader’s language where the app has one', async () => {
    const app = await register(stage, {
      logo_uri: `${origin}/logo.png`,
      'logo_uri#ru': `${origin}/ru.png`,
    })
    const bytesFor = async (language: string) => {
      const { visitor, source = '' } = await consentPage(app, language)
      return Buffer.from(await (await fetch(new URL(source, visitor.issuer))).arrayBuffer())
    }
    expect(await bytesFor('ru')).to.eql(RUSSIAN)
    expect(await bytesFor('zh-CN')).to.eql(PNG)
  })

  for (const [what, path] of [
    ['no picture that can only be one', '/script.png'],
    ['not there', '/gone.png'],
    ['larger than 256 KiB', '/huge.png'],
  ] as const)
    it(`is left out where it is ${what}`, async () => {
      const app = await register(stage, { logo_uri: origin + path })
      expect((await consentPage(app)).source).to.equal(undefined)
      expect(timesAsked(path)).to.be.at.least(1)
      expect((await stage.send({ to: `/client-logo/${app.clientId}` })).status).to.equal(404)
    })

  it('is never that of an app which anybody registered, nor of one that there is not', async () => {
    const metadata = { client_name: 'Your Bank', redirect_uris: [CALLBACK], logo_uri: `${origin}/open.png` }
    const { body } = await createRegistrar(stage).register(metadata)
    for (const id of [body.client_id, 'nobody', '..%2Flogo'])
      expect((await stage.send({ to: `/client-logo/${id}` })).status, id).to.equal(404)
    expect(timesAsked('/open.png')).to.equal(0)
  })

  it('is the icon of its pages, unless an operator chose another one, which we fetch as well [S-2.236]', async () => {
    const iconIn = async (brand: object) => {
      const app = await register(stage, { logo_uri: `${origin}/logo.png`, ...brand })
      const { text } = await stage.visitor().get(app.authorizePath())
      expect(text).not.to.contain(origin)
      return { app, href: /rel="icon" href="([^"]+)"/.exec(text)?.[1] ?? '' }
    }
    const plain = await iconIn({ brand_name: 'Tides' })
    expect(plain.href).to.equal(`/client-logo/${plain.app.clientId}`)
    expect((await stage.send({ to: `/client-icon/${plain.app.clientId}` })).status).to.equal(404)
    const own = await iconIn({ brand_icon_uri: `${origin}/icon.ico` })
    expect(own.href).to.equal(`/client-icon/${own.app.clientId}`)
    const answer = await fetch(new URL(own.href, stage.issuer))
    expect(Buffer.from(await answer.arrayBuffer())).to.eql(ICON)
    expect(answer.headers.get('content-type')).to.equal('image/x-icon')
    expect(answer.headers.get('content-security-policy')).to.equal("default-src 'none'; sandbox")
    const scripted = await iconIn({ brand_icon_uri: `${origin}/script.png` })
    expect((await stage.send({ to: scripted.href })).status).to.equal(404)
    const sent = { client_name: 'Notes', redirect_uris: [CALLBACK], brand_icon_uri: `${origin}/icon.ico` }
    expect(await createRegistrar(stage).registered(sent)).not.to.have.property('brand_icon_uri')
  })
})
