import { expect } from 'chai'
import sharp from 'sharp'
import type { Account } from '../../src/accounts/account.ts'
import { animation, bomb, photo, png } from '../pictures/samples.ts'
import { openStage, STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

const PATH = '/account/picture'
const MIB = 1024 * 1024

for (const { name, stage: open } of STAGES)
  describe(`one's own picture, over the API with ${name}`, () => {
    let stage: Stage
    let api: Api
    let person: Account
    let token: string

    before(async () => {
      stage = await open()
      api = await createCaller(stage, ['account:read', 'account:write', 'accounts:read'])
    })
    beforeEach(async () => {
      person = await stage.person()
      token = await api.tokenOf(person)
    })

    const upload = (bytes: Buffer, headers: Record<string, string> = {}) => put(stage, token, bytes, headers)
    const own = async () => api.call('GET', '/account', { token })
    const kept = () => stage.parts.db('account_pictures').where({ accountId: person.id }).select('id')

    it('is cut to a square, and the account says where it is, to its owner and to administrators [S-2.250]', async () => {
      expect((await own()).json()).to.include({ picture: null })
      const answer = await upload(await photo())
      expect(answer.status, answer.text).to.equal(200)
      const { address, animated } = answer.json()
      expect(animated).to.equal(false)
      const found = await sharp(await bytesAt(address)).metadata()
      expect([found.format, found.width, found.height, found.exif]).to.eql(['webp', 512, 512, undefined])
      expect((await own()).json()).to.include({ picture: address })
      const administrator = await api.ownToken()
      const shown = await api.call('GET', `/accounts/${person.id}`, { token: administrator })
      expect(shown.json()).to.include({ picture: address })
      const { items } = (
        await api.call('GET', `/accounts?search=${encodeURIComponent(person.email)}`, {
          token: administrator,
        })
      ).json() as { items: Record<string, unknown>[] }
      expect(items[0]).to.include({ picture: address })
    })

    it('takes the place of the one before, until it is removed [S-2.251]', async () => {
      const first = (await upload(await photo())).json()['address']
      const second = (await upload(await png())).json()['address']
      expect(second).not.to.equal(first)
      expect(await kept()).to.have.length(1)
      expect((await api.call('DELETE', PATH, { token })).status).to.equal(204)
      expect((await own()).json()).to.include({ picture: null })
      expect((await fetch(String(second))).status).to.equal(404)
      const again = await api.call('DELETE', PATH, { token })
      expect([again.status, again.json()['code']]).to.eql([404, 'picture_not_found'])
    })

    it('says that a file moves', async () => {
      expect((await upload(await animation())).json()).to.include({ animated: true })
    })

    it('refuses what the page refuses, and keeps nothing of it [S-2.252]', async () => {
      const jpeg = await photo()
      const odd: Record<string, [Buffer, number, string]> = {
        'no file': [Buffer.alloc(0), 422, 'picture_missing'],
        SVG: [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 422, 'picture_type'],
        'half a JPEG': [jpeg.subarray(0, jpeg.length / 2), 422, 'picture_broken'],
        'a bomb': [await bomb(), 422, 'picture_too_many_pixels'],
        'a file above the limit': [Buffer.concat([jpeg, Buffer.alloc(5 * MIB)]), 413, 'body_too_large'],
      }
      for (const [about, [bytes, status, code]] of Object.entries(odd)) {
        const answer = await upload(bytes)
        expect([answer.status, answer.json()['code']], about).to.eql([status, code])
      }
      const types = ['application/json', 'image/svg+xml', 'multipart/form-data; boundary=x', '']
      for (const type of types) {
        const answer = await upload(jpeg, { 'content-type': type })
        expect([answer.status, answer.json()['code']], type).to.eql([415, 'unsupported_media_type'])
      }
      expect(await kept()).to.eql([])
    })

    it('is not read of a caller who may not change the account [S-2.253]', async () => {
      const reader = await createCaller(stage, ['account:read'])
      token = await reader.tokenOf(person)
      // The rest never comes, so an answer shows that nobody waits for it.
      const unfinished = { 'content-length': String(MIB) }
      const answer = await upload(Buffer.from('the first bytes'), unfinished)
      expect([answer.status, answer.json()['code']]).to.eql([403, 'insufficient_scope'])
    })

    it('stays as it is where the account was changed meanwhile [A22]', async () => {
      const { etag } = (await own()).headers
      const given = { 'if-match': String(etag) }
      expect((await upload(await png(), given)).status).to.equal(200)
      const late = await upload(await photo(), given)
      expect([late.status, late.json()['code']]).to.eql([412, 'precondition_failed'])
      const removed = await api.call('DELETE', PATH, { token, headers: given })
      expect(removed.status).to.equal(412)
      const now = { 'if-match': String((await own()).headers['etag']) }
      expect((await api.call('DELETE', PATH, { token, headers: now })).status).to.equal(204)
    })
  })

describe('pictures that the settings turn off', () => {
  it('are refused over the API before the file is read', async () => {
    const env = { ACCOUNT_SERVER_PICTURE_LIMIT_MIB: '0' }
    const stage = await openStage({ store: 'sqlite', env })
    try {
      const api = await createCaller(stage, ['account:write'])
      const token = await api.tokenOf(await stage.person())
      const answer = await put(stage, token, await png())
      expect([answer.status, answer.json()['code']]).to.eql([403, 'pictures_off'])
    } finally {
      await stage.stop()
    }
  })
})

function put(stage: Stage, token: string, body: Buffer, headers: Record<string, string> = {}) {
  const given = { authorization: `Bearer ${token}`, 'content-type': 'image/jpeg', ...headers }
  return stage.send({ method: 'PUT', to: `/api/v1${PATH}`, headers: given, body })
}

async function bytesAt(address: unknown): Promise<Buffer> {
  return Buffer.from(await (await fetch(String(address))).arrayBuffer())
}
