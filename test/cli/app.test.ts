/** What an operator asks about one app: which errors it had last, and what it would see of a person. */
import { expect } from 'chai'
import { keepErrors } from '../../src/clients/errors/client-errors.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { PLACES } from './command-line.ts'
import type { Answered, Place } from './command-line.ts'

const HOUR_MS = 3_600_000

for (const [name, openPlace] of Object.entries(PLACES))
  describe(`cli client and one app on ${name}`, () => {
    let place: Place
    let parts: Parts
    let app: Answered
    before(async () => {
      place = await openPlace()
      parts = await place.prepared()
      const redirect = ['--redirect-uri', 'https://a.example/cb']
      app = await place.json(['client', 'create', '--name', 'Ledger', ...redirect])
      const person = ['--email', 'ann@example.com', '--password', 'violet kettle 41', '--verified']
      await place.json(['account', 'create', ...person, '--name', 'Ann Lee', '--username', 'ann'])
    })
    after(() => place.remove())

    it('says that an app had no errors', async () => {
      expect(await place.json(['client', 'errors', app.client_id])).to.eql({ errors: [] })
      expect(await place.text(['client', 'errors', app.client_id])).to.equal('No errors in the last 7 days.')
    })

    it('lists the errors of an app, the latest first, with what it sent and what is registered', async () => {
      const nowMs = parts.clock()
      const error = (code: string, agoMs: number, registered?: string[]) => ({
        clientId: app.client_id,
        endpoint: 'authorization',
        error: code,
        reason: 'The redirect_uri is not registered.',
        got: 'https://b.example/cb',
        registered,
        times: 3,
        firstAtMs: nowMs - agoMs,
        lastAtMs: nowMs - agoMs,
      })
      const uris = ['https://a.example/cb', 'https://a.example/other']
      await keepErrors(parts.db, [error('invalid_scope', HOUR_MS), error('invalid_redirect_uri', 0, uris)])
      const { errors } = await place.json(['client', 'errors', app.client_id])
      const found = errors as Answered[]
      expect(found.map((one) => one['error'])).to.eql(['invalid_redirect_uri', 'invalid_scope'])
      expect(found[0]).to.deep.include({ times: 3, got: 'https://b.example/cb', registered: uris })
      const [latest, older] = (await place.text(['client', 'errors', app.client_id])).split('\n\n')
      expect(latest).to.match(/^registered +https:\/\/a\.example\/cb https:\/\/a\.example\/other$/m)
      expect(older).to.match(/^error +invalid_scope$/m)
      expect((await place.refused(['client', 'errors', 'nothing'])).error).to.equal('client_not_found')
    })

    it('shows what an app would see of a person, by any name of theirs', async () => {
      const preview = ['client', 'preview', app.client_id, '--scope', 'openid email ledger', '--account']
      const seen = await place.json([...preview, 'ann@example.com'])
      expect(seen).to.include({ may_use: true, scope: 'openid email', ignored_scope: 'ledger' })
      expect(seen['userinfo']).to.deep.include({ email: 'ann@example.com', email_verified: true })
      expect(seen['userinfo']).not.to.have.property('name')
      expect(await place.json([...preview, 'ann'])).to.eql(seen)
      expect(await place.text([...preview, 'ann'])).to.contain('"email": "ann@example.com"')
      expect((await place.refused([...preview, 'nobody'])).error).to.equal('account_not_found')
      const elsewhere = ['client', 'preview', 'nothing', '--account', 'ann']
      expect((await place.refused(elsewhere)).error).to.equal('client_not_found')
    })

    it('says why a person may not use an app', async () => {
      await place.json(['group', 'create', '--name', 'Staff'])
      await place.json(['client', 'set-groups', app.client_id, '--group', 'staff'])
      const preview = ['client', 'preview', app.client_id, '--account', 'ann']
      const seen = await place.json(preview)
      expect(seen).to.include({ may_use: false, id_token: null })
      expect(await place.text(preview)).to.match(/^may_use +no\nwhy_not +\S/)
    })
  })
