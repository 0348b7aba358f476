import { expect } from 'chai'
import { register } from '../../src/accounts/journeys/sign-up.ts'
import { findAccountByEmail } from '../../src/accounts/account.ts'
import { recordGrant } from '../../src/consents/account-grants.ts'
import { recordSession } from '../../src/sessions/account-sessions.ts'
import { verifyPassword } from '../../src/passwords/password-hash.ts'
import { grantKey, sessionKey, tagOf } from '../../src/grant-store/token-ids.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { enroll } from '../factors/enrolled.ts'
import { auditTrailOf } from '../support/audit-trail.ts'
import { embeddedPlace, mistakeOf, PLACES } from './command-line.ts'
import type { Place } from './command-line.ts'

const PASSWORD = 'violet kettle 41'
const HOUR_MS = 3_600_000

for (const [name, openPlace] of Object.entries(PLACES)) {
  describe(`cli account on ${name}`, () => {
    let place: Place
    let server: Parts

    before(async () => {
      place = await openPlace()
    })
    after(async () => {
      await server?.close()
      await place.remove()
    })

    it('creates an account on an empty database, with the schema, and a password from standard input', async () => {
      const created = await place.printed(
        ['account', 'create', '--email', 'One@Example.com', '--password-stdin', '--verified'].concat([
          '--name',
          'Sample Person',
          '--role',
          'admin',
        ]),
        `${PASSWORD}\n`,
      )
      expect(created).to.include({ email: 'One@Example.com', email_verified: true, disabled: false })
      expect(created).to.include({ name: 'Sample Person', active_sessions: 0 })
      expect(created.roles).to.eql(['admin'])
      server = await place.open()
      const stored = await findAccountByEmail(server.db, 'one@example.com')
      expect(await verifyPassword(stored!.passwordHash!, PASSWORD)).to.equal(true)
      const trail = (await auditTrailOf(server.db, created.id)).map(({ action, actor }) => [action, actor])
      expect(trail.toReversed().flat()).to.eql(['account.added', 'cli', 'role.granted', 'cli'])
    })

    it('creates an unverified account with a password among the arguments, and prints neither', async () => {
      const args = ['account', 'create', '--email', 'two@example.com', '--password', PASSWORD]
      const text = await place.text(args)
      expect(text).to.match(/^email_verified +no$/m)
      expect(text).not.to.contain('violet')
    })

    it('ends sessions and grants in the grant store at once when it disables, and enables again', async () => {
      const account = await findAccountByEmail(server.db, 'two@example.com')
      const { sessionUid, grantId } = await signIn(server, account!.id)
      expect(await place.json(['account', 'show', account!.id])).to.include({ active_sessions: 1 })

      const disabled = await place.json(['account', 'disable', 'two@example.com'])
      expect(disabled).to.include({ disabled: true, active_sessions: 0 })
      expect(await server.store.readRoot(sessionKey(tagOf(sessionUid)))).to.equal(undefined)
      expect(await server.store.readRoot(grantKey(tagOf(grantId)))).to.equal(undefined)

      expect(await place.json(['account', 'enable', account!.id])).to.include({ disabled: false })
    })

    it('gives the only administrator a new password, once, and ends the open sessions [S-3.31]', async () => {
      const account = (await findAccountByEmail(server.db, 'one@example.com'))!
      const { sessionUid, grantId } = await signIn(server, account.id)
      const reset = await place.json(['account', 'reset-password', 'one@example.com'])
      expect(reset).to.include({ id: account.id, email: 'One@Example.com' })
      const stored = await findAccountByEmail(server.db, 'one@example.com')
      expect(await verifyPassword(stored!.passwordHash!, String(reset['password']))).to.equal(true)
      expect(await verifyPassword(stored!.passwordHash!, PASSWORD)).to.equal(false)
      expect(await server.store.readRoot(sessionKey(tagOf(sessionUid)))).to.equal(undefined)
      expect(await server.store.readRoot(grantKey(tagOf(grantId)))).to.equal(undefined)
      const [entry] = await auditTrailOf(server.db, account.id)
      expect(entry).to.include({ action: 'password.reset_by_operator', actor: 'cli' })
      expect(JSON.stringify(entry)).to.not.contain(reset['password'])
      const text = await place.text(['account', 'reset-password', account.id])
      expect(text).to.match(/^Password {2}\S{20,} {3}\(shown only now\)$/m)
    })

    it('shows second factors, and resets them once with all sessions, by an address [S-2.75]', async () => {
      const { id } = (await findAccountByEmail(server.db, 'one@example.com'))!
      const none = await place.text(['account', 'factors', 'one@example.com'])
      expect(none)
        .to.match(/^authenticator_app +none$/m)
        .and.match(/^recovery_codes +none$/m)
      await enroll(server, id)
      expect(await place.json(['account', 'show', id])).to.include({ second_factor: true })
      const shown = await place.json(['account', 'factors', 'one@example.com'])
      expect(shown).to.have.nested.property('recovery_codes.left', 10)
      expect(shown).to.have.nested.property('totp.confirmed_at').that.is.a('string')
      const { sessionUid } = await signIn(server, id)
      const planned = await place.json(['account', 'reset-factors', 'one@example.com'])
      expect(planned).to.include({ removed: false }).and.have.property('due_at').that.is.a('string')
      expect(await place.text(['account', 'factors', id])).to.match(/^reset +on 20/m)
      expect(await place.text(['account', 'keep-factors', id])).to.contain('keeps its second factors')
      expect(await place.text(['account', 'keep-factors', id])).to.contain('Nothing was changed')
      const reset = await place.json(['account', 'reset-factors', 'one@example.com', '--now'])
      expect(reset).to.eql({ id, email: 'One@Example.com', removed: true, due_at: null })
      expect(await server.store.readRoot(sessionKey(tagOf(sessionUid)))).to.equal(undefined)
      const [entry] = await auditTrailOf(server.db, id)
      expect(entry).to.include({ action: 'factors.reset', actor: 'cli' })
      expect(await place.json(['account', 'show', id])).to.include({ second_factor: false })
      const again = await place.text(['account', 'reset-factors', id])
      expect(again).to.equal('One@Example.com had no second factor. Nothing was changed.')
    })

    it('takes the new password from standard input and does not print it', async () => {
      const args = ['account', 'reset-password', 'one@example.com', '--password-stdin']
      const { code, stdout } = await place.cli(args, { stdin: 'amber ladder 52\n' })
      expect(code).to.equal(0)
      expect(stdout).to.not.contain('amber')
      const stored = await findAccountByEmail(server.db, 'one@example.com')
      expect(await verifyPassword(stored!.passwordHash!, 'amber ladder 52')).to.equal(true)
      const refused = await mistakeOf(server, ['account', 'reset-password', 'nobody@example.com'])
      expect(refused.error).to.equal('account_not_found')
      const common = await place.cli([...args, '--json'], { stdin: 'password1\n' })
      expect(common.stderr).to.contain('password_refused').and.not.contain('password1')
      expect(await verifyPassword(stored!.passwordHash!, 'amber ladder 52')).to.equal(true)
    })

    it('removes a name that a stranger typed for an unconfirmed address', async () => {
      const email = 'unconfirmed@example.com'
      const given = { email, password: PASSWORD, name: 'A Stranger', ip: '192.0.2.1' }
      expect(await register(server, given)).to.eql({ ok: true })
      await place.json(['account', 'reset-password', email])
      expect(await findAccountByEmail(server.db, email)).to.include({ name: '' })
    })

    it('mails a link to choose a new password, and ends nothing before it is used', async () => {
      const account = (await findAccountByEmail(server.db, 'one@example.com'))!
      const { sessionUid } = await signIn(server, account.id)
      const mailed = await place.json(['account', 'reset-password', 'one@example.com', '--mail'])
      expect(Date.parse(String(mailed['link_expires_at']))).to.be.above(Date.now())
      expect(mailed).to.not.have.property('password')
      expect(await server.store.readRoot(sessionKey(tagOf(sessionUid)))).to.not.equal(undefined)
      const tokens = await server.db('one_time_tokens').where({ accountId: account.id }).select('purpose')
      expect(tokens).to.eql([{ purpose: 'reset' }])
      const [entry] = await auditTrailOf(server.db, account.id)
      expect(entry).to.include({ action: 'password.reset_mailed', actor: 'cli' })
    })

    it('deletes an account with what it has open', async () => {
      const account = await findAccountByEmail(server.db, 'two@example.com')
      const { grantId } = await signIn(server, account!.id)
      const deleted = await place.json(['account', 'delete', 'two@example.com'])
      expect(deleted).to.eql({ id: account!.id, email: 'two@example.com', deleted: true })
      expect(await findAccountByEmail(server.db, 'two@example.com')).to.equal(undefined)
      expect(await server.store.readRoot(grantKey(tagOf(grantId)))).to.equal(undefined)
      const again = await place.refused(['account', 'delete', 'two@example.com'])
      expect(again.error).to.equal('account_not_found')
    })
  })
}

describe('cli account', () => {
  const place = embeddedPlace()
  let server: Parts

  before(async () => {
    await place.json([
      'account',
      'create',
      '--email',
      'One@Example.com',
      '--password',
      PASSWORD,
      '--role',
      'admin',
    ])
    await place.json(['account', 'create', '--email', 'two@example.com', '--password', PASSWORD])
    server = await place.open()
  })
  after(async () => {
    await server?.close()
    await place.remove()
  })

  it('changes the profile that is named and nothing else, and says what is wrong with it', async () => {
    const email = 'profile@example.com'
    const names = ['--name', 'Sample Person', '--given-name', 'Sample']
    await place.json(['account', 'create', '--email', email, '--password', PASSWORD, ...names])
    const changed = await place.json([
      'account',
      'update',
      email,
      '--family-name',
      'Person',
      '--locale',
      'en-GB',
      '--zoneinfo',
      'asia/tokyo',
    ])
    const both = {
      name: 'Sample Person',
      given_name: 'Sample',
      family_name: 'Person',
      locale: 'en-GB',
      zoneinfo: 'Asia/Tokyo',
    }
    expect(changed).to.include(both)
    const removed = await place.json(['account', 'update', email, '--given-name='])
    expect(removed).to.include({ ...both, given_name: null })
    const wrong = await mistakeOf(server, ['account', 'update', email, '--username', 'a b'])
    expect(wrong.error_description).to.match(/username: malformed/)
    const zone = await mistakeOf(server, ['account', 'update', email, '--zoneinfo', '+02:00'])
    expect(zone.error_description).to.match(/zoneinfo: unknown time zone/)
    expect((await mistakeOf(server, ['account', 'update', email])).error_description).to.match(/--given-name/)
    await place.json(['account', 'delete', email])
  })

  it('creates with a language and a time zone, and names a wrong one', async () => {
    const create = ['account', 'create', '--password', PASSWORD, '--email', 'abroad@example.com']
    const made = await place.json([...create, '--locale', 'pt-BR', '--zoneinfo', 'america/sao_paulo'])
    expect(made).to.include({ locale: 'pt-BR', zoneinfo: 'America/Sao_Paulo', picture: null })
    await place.json(['account', 'delete', 'abroad@example.com'])
    const wrong = await mistakeOf(server, [...create, '--zoneinfo', '+02:00'])
    expect(wrong.error_description).to.match(/zoneinfo: unknown time zone/)
  })

  it('shows by id and by any spelling of the address, and lists page by page', async () => {
    const shown = await place.json(['account', 'show', 'TWO@example.com'])
    const [byId, first, text] = await Promise.all([
      place.json(['account', 'show', shown.id]),
      place.json(['account', 'list', '--limit', '1']),
      place.text(['account', 'list', '--search', '@example.com']),
    ])
    expect(byId).to.eql(shown)
    expect(first.accounts).to.have.length(1)
    const second = await place.json(['account', 'list', '--limit', '1', '--after', first.next])
    expect(second.next).to.equal(null)
    expect([...first.accounts, ...second.accounts].map(({ email }) => email)).to.have.members([
      'One@Example.com',
      'two@example.com',
    ])
    expect(text.split('\n')).to.have.length(3)
    expect(text).to.match(/^ID +E-MAIL +NAME +STATE +CREATED\n/)
  })

  it('refuses what is wrong, says why, and never repeats the password', async () => {
    const create = (...more: string[]) => ['account', 'create', '--email', 'two@example.com', ...more]
    const refusals = await Promise.all([
      mistakeOf(server, create('--password', PASSWORD)),
      mistakeOf(server, create('--password', 'hunter2')),
      mistakeOf(server, ['account', 'create', '--email', 'two@', '--password', PASSWORD]),
      mistakeOf(server, create('--password', PASSWORD, '--role', 'emperor')),
      mistakeOf(server, create()),
      mistakeOf(server, create('--password', PASSWORD, '--password-stdin')),
      mistakeOf(server, ['account', 'show', 'nobody@example.com']),
      mistakeOf(server, ['account', 'disable', 'one@example.com']),
      mistakeOf(server, ['account', 'list', '--limit', 'many']),
    ])
    expect(refusals.map(({ error }) => error)).to.eql([
      'account_exists',
      'password_refused',
      'email_invalid',
      'role_not_found',
      'usage',
      'usage',
      'account_not_found',
      'last_admin',
      'usage',
    ])
    expect(JSON.stringify(refusals)).not.to.match(/violet|hunter2/)
    expect(refusals[3]?.error_description).to.equal('There is no role emperor.')
    expect(refusals[8]?.error_description).to.equal('--limit takes a whole number from 1 to 200')
  })

  it('exits with 1 and one line on standard error when it fails', async () => {
    const { code, stdout, stderr } = await place.cli(['account', 'disable', 'one@example.com'])
    expect({ code, stdout, stderr }).to.eql({
      code: 1,
      stdout: '',
      stderr: 'account-server: This is the last administrator; appoint another one first.\n',
    })
  })
})

let signIns = 0

/** What a sign-in to an app leaves behind: a session and a grant, in SQL and in the grant store. */
async function signIn({ db, store }: Parts, accountId: string) {
  signIns += 1
  const [sessionUid, grantId] = [`session-${signIns}-of-${accountId}`, `grant-${signIns}-of-${accountId}`]
  const nowMs = Date.now()
  const expiresAtMs = nowMs + HOUR_MS
  await recordSession(db, { uid: sessionUid, accountId, ip: '192.0.2.1', expiresAtMs }, 10, nowMs)
  await recordGrant(db, { grantId, accountId, clientId: 'app', sessionUid, createdAtMs: nowMs, expiresAtMs })
  const root = { digest: 'digest', version: 'v'.repeat(16), payload: '{}' }
  await store.putRoot(sessionKey(tagOf(sessionUid)), root, expiresAtMs)
  await store.putRoot(grantKey(tagOf(grantId)), root, expiresAtMs)
  return { sessionUid, grantId }
}
