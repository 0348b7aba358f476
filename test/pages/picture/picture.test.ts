import { expect } from 'chai'
import { decodeJwt } from 'jose'
import sharp from 'sharp'
import type { Account } from '../../../src/accounts/account.ts'
import { takePicture } from '../../../src/attempts/account-limits.ts'
import { animation, bomb, photo, png, polyglot, turnedPhoto } from '../../pictures/samples.ts'
import { register, userinfo } from '../../provider/relying-party.ts'
import { PASSWORD, STAGES } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { formsOf } from '../../support/visitor.ts'
import type { Visitor } from '../../support/visitor.ts'

const PATH = '/account/picture'

for (const { name, stage: open } of STAGES)
  describe(`the picture of an account, on ${name}`, function () {
    let stage: Stage
    let person: Account
    let own: Visitor

    before(async () => {
      stage = await open()
    })
    beforeEach(async () => {
      person = await stage.person()
      own = stage.visitor()
      await own.signIn({ ...person, password: PASSWORD })
    })

    const formWith = async (bytes: Buffer, field = 'picture') => {
      const form = new FormData()
      const page = formsOf((await own.get('/account')).text).find(({ action }) => action === PATH)
      form.set('_csrf', page?.hidden['_csrf'] ?? '')
      form.set(field, new File([new Uint8Array(bytes)], 'me.jpg', { type: 'image/jpeg' }))
      return form
    }
    const upload = async (bytes: Buffer) => own.upload(PATH, await formWith(bytes))
    const kept = () => stage.parts.db('account_pictures').where({ accountId: person.id }).select('id')
    const addressOf = async () => {
      const [row] = (await kept()) as { id: string }[]
      return `/picture/${row?.id}`
    }
    const bytesAt = async (path: string) => {
      const answer = await fetch(new URL(path, stage.issuer))
      return { answer, bytes: Buffer.from(await answer.arrayBuffer()) }
    }

    it('is cut to a square of a fixed size, and has nothing else of the file [S-2.250]', async () => {
      const page = await upload(await photo())
      expect(page.through.map(({ status }) => status)).to.eql([303])
      expect(page.text)
        .to.contain('Your picture is saved.')
        .and.contain(`<img src="${await addressOf()}/small"`)
      for (const [path, side] of [
        [await addressOf(), 512],
        [`${await addressOf()}/small`, 96],
      ] as const) {
        const { answer, bytes } = await bytesAt(path)
        expect(answer.headers.get('content-type'), path).to.equal('image/webp')
        const found = await sharp(bytes).metadata()
        expect([found.format, found.width, found.height, found.exif], path).to.eql([
          'webp',
          side,
          side,
          undefined,
        ])
        expect(bytes.includes('Sample Photographer'), path).to.equal(false)
      }
      expect((await photo()).includes('Sample Photographer'), 'it was there').to.equal(true)
    })

    it('is beside the name on the pages of the account', async () => {
      const shown = async () => (await own.get('/account/sessions')).text
      const name = `<span>${person.name || person.email}</span>`
      expect(await shown())
        .to.contain(name)
        .and.not.contain('<img src="/picture')
      await upload(await photo())
      expect(await shown()).to.contain(`<img src="${await addressOf()}/small" alt="" width="32"`)
    })

    it('is turned as the camera was held, and is of a polyglot no more than the picture [S-2.250]', async () => {
      await upload(await turnedPhoto())
      const pixel = { left: 256, top: 40, width: 1, height: 1 }
      const { data } = await sharp((await bytesAt(await addressOf())).bytes)
        .extract(pixel)
        .raw()
        .toBuffer({ resolveWithObject: true })
      expect(data[0], 'red is above').to.be.greaterThan(200)
      await upload(await polyglot())
      expect((await bytesAt(await addressOf())).bytes.includes('script')).to.equal(false)
    })

    it('is served with an address of its own, for ever, and as nothing but a picture [S-2.251]', async () => {
      await upload(await photo())
      const first = await addressOf()
      const { answer } = await bytesAt(first)
      const header = (headerName: string) => answer.headers.get(headerName)
      expect(header('cache-control')).to.equal('public, max-age=31536000, immutable')
      expect(header('content-security-policy')).to.equal("default-src 'none'; sandbox")
      expect(header('x-content-type-options')).to.equal('nosniff')
      expect(header('cross-origin-resource-policy')).to.equal('cross-origin')
      expect(first).to.match(/^\/picture\/[0-9a-f]{32}$/)
      const again = await stage.send({ to: first, headers: { 'if-none-match': String(header('etag')) } })
      expect([again.status, again.text]).to.eql([304, ''])
      await upload(await png())
      expect(await addressOf()).not.to.equal(first)
      expect((await bytesAt(first)).answer.status).to.equal(404)
      expect(await kept()).to.have.length(1)
    })

    it('is a claim for apps that may read the profile, until it is removed', async () => {
      const app = await register(stage)
      const claims = async () => decodeJwt((await app.tokensFor(person, {}, own)).id_token)
      expect(await claims()).not.to.have.property('picture')
      await upload(await photo())
      const picture = new URL(await addressOf(), stage.issuer).href
      expect(await claims()).to.include({ picture })
      const tokens = await app.tokensFor(person, {}, own)
      expect((await userinfo(stage, tokens.access_token)).json()).to.include({ picture })
      const without = await app.tokensFor(person, { scope: 'openid email' }, own)
      expect(decodeJwt(without.id_token)).not.to.have.property('picture')
      const page = await own.followForm(await own.get('/account'), {}, { action: `${PATH}/remove` })
      expect(page.text).to.contain('Your picture is removed.').and.not.contain('<img src="/picture')
      expect(await claims()).not.to.have.property('picture')
      expect((await fetch(picture)).status).to.equal(404)
    })

    it('says what is wrong with a file, and keeps nothing of it [S-2.252]', async () => {
      const jpeg = await photo()
      const odd: Record<string, [Buffer, string]> = {
        'no file': [Buffer.alloc(0), 'Choose a picture file.'],
        SVG: [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'isn’t a JPEG, PNG, WebP or GIF'],
        'half a JPEG': [jpeg.subarray(0, jpeg.length / 2), 'can’t read that picture'],
        'a bomb': [await bomb(), 'too large'],
        'a file above the limit': [Buffer.concat([jpeg, Buffer.alloc(6 * 1024 * 1024)]), 'up to 5 MB'],
      }
      for (const [about, [bytes, words]] of Object.entries(odd)) {
        const page = await upload(bytes)
        expect(page.status, about).to.equal(200)
        expect(
          page.through.map(({ status }) => status),
          about,
        ).to.eql([303])
        expect(page.text, about).to.contain(words).and.contain('id="field-picture-error"')
        expect(await kept(), about).to.eql([])
      }
    })

    it('is the first picture of an animation, and the person reads so', async () => {
      const page = await upload(await animation())
      expect(page.text).to.contain('It doesn’t move here.')
      expect((await sharp((await bytesAt(await addressOf())).bytes).metadata()).pages ?? 1).to.equal(1)
    })

    it('takes the token of the form and a session; without one, the file is not read [S-2.253]', async () => {
      const form = await formWith(await photo())
      form.set('_csrf', 'x')
      expect((await own.upload(PATH, form)).text).to.contain('open for too long')
      const stranger = stage.visitor()
      const led = await stranger.upload(PATH, await formWith(await photo()))
      expect(led.heading).to.equal('Sign in')
      expect((await own.upload(PATH, await formWith(await photo(), 'other'))).text).to.contain(
        'Choose a picture',
      )
      expect(await kept()).to.eql([])
    })

    it('is changed at most 20 times an hour', async () => {
      const small = await png({ width: 8, height: 8 })
      for (let n = 0; n < 19; n += 1) await takePicture(stage.parts, person.id, stage.parts.clock())
      expect((await upload(small)).text).to.contain('is saved')
      expect((await upload(small)).text).to.contain('Try again in an hour.')
    })

    it('goes with its account', async () => {
      await upload(await photo())
      const address = await addressOf()
      await stage.parts.db('accounts').where({ id: person.id }).delete()
      expect((await bytesAt(address)).answer.status).to.equal(404)
    })
  })
