/** Somebody registers the address of another person and fills the account in. Then its owner resets the password by mail. */
import { expect } from 'chai'
import { pendingAddress } from '../../../src/accounts/journeys/new-address.ts'
import { findAccountByEmail } from '../../../src/accounts/account.ts'
import { createCaller } from '../../api/caller.ts'
import { photo } from '../../pictures/samples.ts'
import { anyAddress, STAGES } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { codeIn, linkIn } from '../../support/letter.ts'
import { formsOf } from '../../support/visitor.ts'
import type { Visitor } from '../../support/visitor.ts'

const STRANGERS = 'a stranger’s red lantern'
const OWNERS = 'the owner’s blue teapot'
const PICTURE = '/account/picture'
let count = 0

for (const { name, stage: open } of STAGES)
  describe(`an address that a stranger registered, with ${name}`, () => {
    let stage: Stage
    let email: string
    let stranger: Visitor

    before(async () => {
      stage = await open()
    })
    beforeEach(async () => {
      email = `owner-${(count += 1)}-${Date.now()}@example.org`
      stranger = stage.visitor()
      const form = { name: 'Mallory Stranger', email, password: STRANGERS }
      await stranger.followForm(await stranger.get('/register'), form)
      await stage.waitForMail(email, /^Activate/)
      await stranger.signIn({ email, password: STRANGERS })
      await fillIn()
    })

    /** Every field of the profile, the picture, and a change of address that waits. */
    async function fillIn() {
      const given = { givenName: 'Mallory', familyName: 'Stranger', username: `mallory-${count}` }
      const places = { locale: 'ru', zoneinfo: 'Asia/Tokyo' }
      const page = await stranger.get('/account')
      const { _csrf = '' } = formsOf(page.text)[0]?.hidden ?? {}
      const profile = { _csrf, name: 'Mallory Stranger', ...given, ...places }
      await stranger.post('/account', profile)
      const upload = new FormData()
      upload.set('_csrf', _csrf)
      upload.set('picture', new File([new Uint8Array(await photo())], 'me.jpg'))
      await stranger.upload(PICTURE, upload)
      const other = { email: `thief-${count}-${Date.now()}@example.org` }
      const change = await stranger.get('/account/email')
      await stranger.followForm(change, other, { action: '/account/email' })
    }
    const find = async () => (await findAccountByEmail(stage.parts.db, email))!
    const pictures = async (accountId: string) =>
      stage.parts.db('account_pictures').where({ accountId }).pluck('id')

    /** The owner's account after the reset has nothing that the stranger typed. */
    async function expectTheOwners(shownName: string) {
      const account = await find()
      expect(account).to.include({ name: shownName, givenName: null, familyName: null, username: null })
      expect(account).to.include({ locale: null, zoneinfo: null, pictureId: null })
      expect(await pictures(account.id)).to.eql([])
      expect(await pendingAddress(stage.parts, account.id)).to.equal(undefined)
      const led = await stranger.get('/account')
      expect(led.heading, 'the stranger is signed out').to.equal('Sign in')
      const owner = stage.visitor()
      await owner.signIn({ email, password: OWNERS })
      const page = await owner.get('/account')
      expect(page.heading).to.equal('Your account')
      expect(page.text).not.to.match(/mallory|stranger|Asia\/Tokyo" selected|<img src="\/picture/i)
    }

    it('has what the stranger filled in, before', async () => {
      const account = await find()
      expect(account).to.include({ name: 'Mallory Stranger', givenName: 'Mallory', zoneinfo: 'Asia/Tokyo' })
      expect(account.username).to.equal(`mallory-${count}`)
      expect(await pictures(account.id)).to.have.length(1)
      expect(await pendingAddress(stage.parts, account.id)).to.be.an('object')
    })

    it('shows nothing of the stranger once its owner reset the password by mail [S-2.25]', async () => {
      const owner = stage.visitor()
      await owner.followForm(await owner.get('/forgot'), { email })
      const mail = await stage.waitForMail(email, /^Reset/)
      expect(mail.text).not.to.contain('Mallory')
      const page = await owner.get(linkIn(mail, '/reset'))
      await owner.followForm(page, { name: 'Olive Owner', password: OWNERS })
      await expectTheOwners('Olive Owner')
    })

    it('shows nothing of the stranger after a reset over the API, without a name [S-2.25]', async () => {
      const api = await createCaller(stage, ['accounts:register'])
      const token = await api.ownToken()
      const ip = anyAddress()
      await api.call('POST', '/password-resets', { token, body: { email, ip } })
      const code = codeIn(await stage.waitForMail(email, /^Reset/))
      const body = { email, code, new_password: OWNERS, ip }
      const done = await api.call('POST', '/password-resets/complete', { token, body })
      expect(done.status, done.text).to.be.within(200, 299)
      await expectTheOwners('')
    })

    it('shows nothing of the stranger once its owner confirmed it with a password of their own', async () => {
      const mail = await stage.waitForMail(email, /^Activate/)
      const owner = stage.visitor()
      const page = await owner.get(`${linkIn(mail, '/activate')}&mode=new-password`)
      await owner.followForm(page, { code: codeIn(mail), name: 'Olive Owner', password: OWNERS })
      const account = await find()
      expect(account.emailVerifiedAtMs).not.to.equal(null)
      await expectTheOwners('Olive Owner')
    })
  })
