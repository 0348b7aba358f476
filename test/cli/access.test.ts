/** What support is asked daily about one account: where it is signed in, which apps have access, and how to get back in. */
import { expect } from 'chai'
import { rememberConsent } from '../../src/consents/consents.ts'
import { listEntries } from '../../src/audit/entries.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { recordSession } from '../../src/sessions/account-sessions.ts'
import { PLACES } from './command-line.ts'
import type { Answered, Place } from './command-line.ts'

const PASSWORD = 'violet kettle 41'
const HOUR_MS = 3_600_000

for (const [name, openPlace] of Object.entries(PLACES))
  describe(`cli account and its access on ${name}`, () => {
    let place: Place
    let parts: Parts
    let person: Answered
    before(async () => {
      place = await openPlace()
      parts = await place.prepared()
      person = await place.json(['account', 'create', '--email', 'ann@example.com', '--password', PASSWORD])
    })
    after(() => place.remove())

    async function signIn(uid: string): Promise<void> {
      const session = { uid, accountId: person.id, ip: '192.0.2.7', amr: ['pwd'], userAgent: 'Firefox/140.0' }
      const nowMs = parts.clock()
      await recordSession(parts.db, { ...session, expiresAtMs: nowMs + HOUR_MS }, 10, nowMs)
    }

    it('lists sessions and ends one, and the trail says who did', async () => {
      await signIn('first')
      await signIn('second')
      const listed = await place.json(['account', 'sessions', 'ann@example.com'])
      expect(listed['sessions']).to.have.lengthOf(2)
      expect(await place.text(['account', 'sessions', person.id])).to.match(/192\.0\.2\.7 +pwd/)
      const ended = await place.json(['account', 'end-session', 'ann@example.com', '--session', 'first'])
      expect(ended).to.include({ session: 'first', ended: true })
      const { sessions } = await place.json(['account', 'sessions', person.id])
      expect((sessions as { id: string }[]).map(({ id }) => id)).to.eql(['second'])
      const {
        entries: [entry],
      } = await listEntries(parts.db, { action: 'session.ended' }, { limit: 1 })
      expect(entry).to.include({ actor: 'cli', accountId: person.id })
      const again = await place.refused(['account', 'end-session', person.id, '--session', 'first'])
      expect(again.error).to.equal('session_not_found')
    })

    it('lists apps by their names and takes the access of one away', async () => {
      const app = await place.json([
        'client',
        'create',
        '--name',
        'Ledger',
        '--redirect-uri',
        'https://a.example/cb',
      ])
      const allowed = { scopes: ['openid', 'email'] }
      await rememberConsent(parts.db, person.id, app.client_id, allowed, parts.clock())
      expect(await place.text(['account', 'apps', person.id])).to.match(/Ledger +openid email/)
      const revoked = await place.json(['account', 'revoke-app', person.id, '--app', app.client_id])
      expect(revoked).to.include({ client_id: app.client_id, revoked: true })
      expect(await place.text(['account', 'apps', person.id])).to.equal('ann@example.com gave no app access.')
      const again = await place.refused(['account', 'revoke-app', person.id, '--app', app.client_id])
      expect(again.error).to.equal('app_not_found')
    })

    it('confirms an address once, after which the mailed link counts no longer', async () => {
      expect(person).to.include({ email_verified: false })
      await place.json(['account', 'send-reset', 'ann@example.com'])
      expect(await place.json(['account', 'verify', 'ann@example.com'])).to.include({ email_verified: true })
      expect(await parts.db('one_time_tokens').where({ accountId: person.id })).to.eql([])
      await place.json(['account', 'verify', 'ann@example.com'])
      const { entries } = await listEntries(
        parts.db,
        { accountId: person.id, action: 'account.email_changed' },
        { limit: 9 },
      )
      expect(entries).to.have.lengthOf(1)
    })

    it('mails a link for a new password, but not to a disabled account', async () => {
      const sent = await place.json(['account', 'send-reset', 'ann@example.com'])
      expect(sent).to.include({ email: 'ann@example.com', mailed: true })
      await place.json(['account', 'disable', person.id])
      expect((await place.refused(['account', 'send-reset', person.id])).error).to.equal('account_disabled')
    })
  })
