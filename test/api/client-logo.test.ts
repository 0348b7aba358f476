import { expect } from 'chai'
import sharp from 'sharp'
import { createRole } from '../../src/accounts/roles/roles.ts'
import { grantRole } from '../../src/accounts/roles.ts'
import { apiIdentifier } from '../../src/operations/scopes.ts'
import { animation, bomb, photo, png } from '../pictures/samples.ts'
import { register } from '../provider/relying-party.ts'
import type { Party } from '../provider/relying-party.ts'
import { openStage, PASSWORD, STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

const MIB = 1024 * 1024
const SCRIPT = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

for (const { name, stage: open } of STAGES)
  describe(`the uploaded logo of a client, over the API with ${name}`, () => {
    let stage: Stage
    let api: Api
    let token: string
    let app: Party

    before(async () => {
      stage = await open()
      api = await createCaller(stage, ['clients:read', 'clients:manage'])
      token = await api.ownToken()
    })
    beforeEach(async () => {
      app = await register(stage, { client_name: 'Tides' })
    })

    const path = () => `/clients/${app.clientId}`
    const upload = (bytes: Buffer, headers: Record<string, string> = {}) =>
      put(stage, `${path()}/logo`, token, bytes, headers)
    const shown = async () => (await api.call('GET', path(), { token })).json()
    const kept = () => stage.parts.db('client_logos').where({ clientId: app.clientId }).select('id')
    const status = async (address: unknown) => (await fetch(String(address))).status

    it('keeps its shape, and is served from our own address for ever, as a picture and nothing else [S-2.256]', async () => {
      const answer = await upload(await photo({ width: 1200, height: 300 }))
      expect(answer.status, answer.text).to.equal(200)
      const { address, animated } = answer.json()
      expect(animated).to.equal(false)
      expect(await shown()).to.include({ logo: address })
      const { pathname, origin } = new URL(String(address))
      expect([origin, pathname.split('/').slice(0, 3)]).to.eql([
        stage.issuer,
        ['', 'client-logo', app.clientId],
      ])
      expect(pathname.split('/').at(-1)).to.match(/^[0-9a-f]{64}$/)
      const file = await fetch(String(address))
      expect(Object.fromEntries(file.headers)).to.include({
        'content-type': 'image/png',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
        'cache-control': 'public, max-age=31536000, immutable',
      })
      const found = await sharp(Buffer.from(await file.arrayBuffer())).metadata()
      expect([found.format, found.width, found.height, found.exif]).to.eql(['png', 512, 128, undefined])
      const headers = { 'if-none-match': file.headers.get('etag') ?? '' }
      const again = await stage.send({ to: pathname, headers })
      expect(again.status).to.equal(304)
      expect((await upload(await animation())).json()).to.include({ animated: true })
    })

    it('is on the consent page and in the list of apps at once, before the one of logo_uri', async () => {
      const person = await stage.person()
      const visitor = stage.visitor()
      const consent = await visitor.followForm(
        await visitor.get(app.authorizePath()),
        { email: person.email, password: PASSWORD },
        { action: '/sign-in' },
      )
      expect(consent.text).not.to.contain('<img src="/client-logo/')
      const elsewhere = { logo_uri: 'https://app.example.com/logo.png' }
      await api.call('PATCH', path(), { token, body: elsewhere })
      // The client is cached with what it has now.
      await visitor.get(consent.url)
      const { address } = (await upload(await png())).json()
      const source = `<img src="${new URL(String(address)).pathname}"`
      const now = await visitor.get(consent.url)
      expect(now.text).to.contain(source)
      await visitor.followForm(now, { decision: 'allow' }, { action: '/consent' })
      expect((await visitor.get('/account/apps')).text).to.contain(source)
      expect(await shown()).to.include({ logo: address, ...elsewhere })
    })

    it('goes with its bytes when another takes its place, it is removed, or the client is deleted [S-2.256]', async () => {
      const first = (await upload(await photo())).json()['address']
      const second = (await upload(await png())).json()['address']
      expect(second).not.to.equal(first)
      expect([await status(first), await status(second)]).to.eql([404, 200])
      expect((await api.call('DELETE', `${path()}/logo`, { token })).status).to.equal(204)
      expect([await status(second), await kept()]).to.eql([404, []])
      expect(await shown()).not.to.have.property('logo')
      const again = await api.call('DELETE', `${path()}/logo`, { token })
      expect([again.status, again.json()['code']]).to.eql([404, 'logo_not_found'])
      const third = (await upload(await png())).json()['address']
      expect((await api.call('DELETE', path(), { token })).status).to.equal(204)
      expect([await status(third), await kept()]).to.eql([404, []])
    })

    it('is refused where the file is no picture, is damaged or too large, and nothing of it is kept [S-2.256]', async () => {
      const jpeg = await photo()
      const odd: Record<string, [Buffer, number, string]> = {
        'no file': [Buffer.alloc(0), 422, 'picture_missing'],
        'an SVG with a script': [Buffer.from(SCRIPT), 422, 'picture_type'],
        'half a JPEG': [jpeg.subarray(0, jpeg.length / 2), 422, 'picture_broken'],
        'a bomb': [await bomb(), 422, 'picture_too_many_pixels'],
        'a file above the limit': [Buffer.concat([jpeg, Buffer.alloc(5 * MIB)]), 413, 'body_too_large'],
      }
      for (const [about, [bytes, expected, code]] of Object.entries(odd)) {
        const answer = await upload(bytes)
        expect([answer.status, answer.json()['code']], about).to.eql([expected, code])
      }
      for (const type of ['application/json', 'image/svg+xml', 'multipart/form-data; boundary=x', '']) {
        const answer = await upload(jpeg, { 'content-type': type })
        expect([answer.status, answer.json()['code']], type).to.eql([415, 'unsupported_media_type'])
      }
      expect(await kept()).to.eql([])
    })

    it('is not read of a caller without the scope, or with roles that allow less than the client [S-2.256]', async () => {
      // The rest never comes, so an answer shows that nobody waits for it.
      const unfinished = { 'content-length': String(MIB) }
      const begin = async (id: string, bearer: string) => {
        const answer = await put(
          stage,
          `/clients/${id}/logo`,
          bearer,
          Buffer.from('the first bytes'),
          unfinished,
        )
        return [answer.status, answer.json()['code']]
      }
      const reader = await createCaller(stage, ['clients:read'])
      expect(await begin(app.clientId, await reader.ownToken())).to.eql([403, 'insufficient_scope'])
      const role = await createRole(
        stage.parts,
        { name: `apps-${app.clientId.slice(0, 8)}`, scopes: ['clients:manage'] },
        { actor: 'cli' },
      )
      const person = await stage.person()
      await grantRole(stage.parts.db, person.id, role.name)
      const bearer = await api.tokenOf(person)
      const wide = await register(stage, {
        grant_types: ['client_credentials'],
        allowed_resources: [apiIdentifier(stage.issuer)],
        scope: 'accounts:manage',
      })
      expect(await begin(wide.clientId, bearer)).to.eql([403, 'beyond_your_roles'])
      expect(await begin('nobody', bearer)).to.eql([404, 'client_not_found'])
      const own = await put(stage, `${path()}/logo`, bearer, await png())
      expect(own.status, own.text).to.equal(200)
    })

    it('stays as it is where the client was changed meanwhile [A22]', async () => {
      const { etag } = (await api.call('GET', path(), { token })).headers
      const given = { 'if-match': String(etag) }
      expect((await upload(await png(), given)).status).to.equal(200)
      const late = await upload(await photo(), given)
      expect([late.status, late.json()['code']]).to.eql([412, 'precondition_failed'])
      const removed = await api.call('DELETE', `${path()}/logo`, { token, headers: given })
      expect(removed.status).to.equal(412)
    })
  })

describe('logos while the settings turn uploads off', () => {
  it('are refused before the file is read', async () => {
    const stage = await openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_PICTURE_LIMIT_MIB: '0' } })
    try {
      const api = await createCaller(stage, ['clients:manage'])
      const to = `/clients/${api.party.clientId}/logo`
      const answer = await put(stage, to, await api.ownToken(), await png())
      expect([answer.status, answer.json()['code']]).to.eql([403, 'pictures_off'])
    } finally {
      await stage.stop()
    }
  })
})

function put(stage: Stage, path: string, token: string, body: Buffer, headers: Record<string, string> = {}) {
  const given = { authorization: `Bearer ${token}`, 'content-type': 'image/jpeg', ...headers }
  return stage.send({ method: 'PUT', to: `/api/v1${path}`, headers: given, body })
}
