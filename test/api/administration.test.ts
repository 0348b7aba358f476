import { expect } from 'chai'
import { signIn } from '../../src/accounts/journeys/sign-in.ts'
import type { ClientInput } from '../../src/clients/client-metadata.ts'
import { insertClient } from '../../src/clients/clients.ts'
import { apiIdentifier } from '../../src/operations/scopes.ts'
import { inTransaction } from '../../src/platform/sql/database.ts'
import { randomToken } from '../../src/platform/tokens.ts'
import { CALLBACK } from '../provider/relying-party.ts'
import { basic } from '../provider/send.ts'
import { ADMIN_SCOPES } from '../../src/accounts/roles/admin-scopes.ts'
import { anyAddress, PASSWORD, STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

let made = 0
const anyEmail = () => `added-${(made += 1)}-${Date.now()}@example.org`

for (const { name, stage: open } of STAGES)
  describe(`administration over the API, on two processes with ${name}`, function () {
    let stage: Stage
    let api: Api
    let token: string

    before(async () => {
      stage = await open()
      api = await createCaller(stage, [
        'accounts:read',
        'accounts:manage',
        'accounts:roles',
        'accounts:delete',
        'clients:read',
        'clients:manage',
        'resources:read',
        'resources:manage',
      ])
      token = await api.ownToken()
    })

    const call = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
      api.call(method, path, { token, headers, ...(body && { body }) })
    const codeOf = async (answer: ReturnType<typeof call>) => {
      const { status, json } = await answer
      return [status, json()['code']]
    }

    async function pagesOf(list: string, name: string): Promise<unknown[]> {
      const found: unknown[] = []
      for (let cursor: string | undefined = ''; cursor !== undefined;) {
        const answer = await call('GET', `${list}?limit=1${cursor && `&cursor=${cursor}`}`)
        expect(answer.status, answer.text).to.equal(200)
        const page = answer.json() as { items: Record<string, unknown>[]; next?: string }
        found.push(...page.items.map((item) => item[name]))
        cursor = page.next
      }
      return found
    }

    it('adds an account, once for its address, and mails who has no password', async () => {
      const email = anyEmail()
      const added = await call('POST', '/accounts', { email, name: 'Ann', email_verified: true })
      expect(added.status, added.text).to.equal(201)
      const { id } = added.json()
      expect(added.headers['location']).to.equal(`/api/v1/accounts/${String(id)}`)
      expect((await stage.waitForMail(email, /^Reset/)).text).to.contain('/reset?token=')
      expect(await codeOf(call('POST', '/accounts', { email }))).to.eql([409, 'account_exists'])
      expect(await codeOf(call('POST', '/accounts', { email: 'no' }))).to.eql([422, 'email_invalid'])
    })

    it('names a program in the audit trail, however long its client_id, with its address', async () => {
      const { clientId, ownToken } = await importedClient(stage)
      const body = { email: anyEmail(), password: 'seven purple kettles' }
      const added = await api.call('POST', '/accounts', { token: await ownToken(), body })
      expect(added.status, added.text).to.equal(201)
      const entry: unknown = await stage.parts
        .db('audit_events')
        .where({ action: 'account.added', accountId: added.json()['id'] })
        .first('actor', 'ip')
      expect(entry).to.have.property('actor', `client:${clientId}`)
      expect(entry).to.have.property('ip').that.is.a('string')
    })

    it('changes an account from the state that was read only [S-3.47][A22]', async () => {
      const person = await stage.person()
      const path = `/accounts/${person.id}`
      const { headers } = await call('GET', path)
      const first = await call('PATCH', path, { given_name: 'Ann' }, { 'if-match': String(headers['etag']) })
      expect([first.status, first.json()['given_name']]).to.eql([200, 'Ann'])
      const second = call('PATCH', path, { given_name: 'Eve' }, { 'if-match': String(headers['etag']) })
      expect(await codeOf(second)).to.eql([412, 'precondition_failed'])
      const deletion = call('DELETE', path, undefined, { 'if-match': String(headers['etag']) })
      expect(await codeOf(deletion)).to.eql([412, 'precondition_failed'])
    })

    it('disables, enables, signs out, mails a reset and deletes [A22]', async () => {
      const person = await stage.person()
      const own = await createCaller(stage, ['account:read'])
      const theirs = await own.tokenOf(person)
      const post = async (verb: string) => (await call('POST', `/accounts/${person.id}/${verb}`)).json()
      const isGood = async () => (await own.call('GET', '/account', { token: theirs })).status === 200
      expect(await isGood()).to.equal(true)
      expect(await post('end-sessions')).to.include({ id: person.id })
      expect(await isGood()).to.equal(false)
      expect(await post('send-reset')).to.include({ id: person.id })
      expect((await stage.waitForMail(person.email, /^Reset/)).text).to.contain('/reset?token=')
      expect(await post('disable')).to.include({ disabled: true })
      expect(await post('send-reset')).to.include({ code: 'account_disabled' })
      expect(await post('enable')).to.include({ disabled: false })
      expect((await call('DELETE', `/accounts/${person.id}`)).status).to.equal(204)
      expect(await codeOf(call('GET', `/accounts/${person.id}`))).to.eql([404, 'account_not_found'])
    })

    it('unlocks an account at every address that failed', async () => {
      const person = await stage.person()
      const ip = anyAddress()
      const attempt = (password: string) => signIn(stage.parts, { email: person.email, password, ip })
      for (let n = 0; n < 15; n += 1) await attempt('wrong')
      // The audit trail is counted. Another attempt here would make this process remember the pause for ten seconds.
      expect(await failuresOf(stage, person.email, ip)).to.equal(15)
      expect((await call('POST', `/accounts/${person.id}/unlock`)).status).to.equal(200)
      expect(await attempt(PASSWORD)).to.include({ ok: true })
    })

    it('sets roles, and never takes the last administrator', async () => {
      const person = await stage.person()
      const path = `/accounts/${person.id}/roles`
      const { headers } = await call('GET', path)
      // Nobody gives what they do not have.
      const everything = await (await createCaller(stage, ADMIN_SCOPES)).ownToken()
      const put = (roles: string[], more: Record<string, string> = {}) =>
        api.call('PUT', path, { token: everything, headers: more, body: { roles } })
      expect((await put(['admin'], { 'if-match': String(headers['etag']) })).json()).to.eql({
        roles: ['admin'],
      })
      expect(await codeOf(put([], { 'if-match': String(headers['etag']) }))).to.eql([
        412,
        'precondition_failed',
      ])
      const { db } = stage.parts
      const others: { accountId: string }[] = await db('account_roles')
        .whereNot({ accountId: person.id })
        .select('accountId')
      const ids = others.map(({ accountId }) => accountId)
      await db('accounts').whereIn('id', ids).whereNull('disabledAtMs').update({ disabledAtMs: 7 })
      try {
        expect(await codeOf(put([]))).to.eql([409, 'last_admin'])
        expect(await codeOf(call('DELETE', `/accounts/${person.id}`))).to.eql([409, 'last_admin'])
      } finally {
        await db('accounts').where({ disabledAtMs: 7 }).update({ disabledAtMs: null })
      }
      expect((await put([])).json()).to.eql({ roles: [] })
    })

    it('registers a client with its secret once, and never shows or logs it again', async () => {
      const created = await call('POST', '/clients', { client_name: 'Shop', redirect_uris: [CALLBACK] })
      expect(created.status, created.text).to.equal(201)
      const { client_id: id, client_secret: secret } = created.json() as Record<string, string>
      const path = `/clients/${id}`
      const read = await call('GET', path)
      expect(read.text).not.to.contain(secret)
      const tag = { 'if-match': String(read.headers['etag']) }
      const changed = await call('PATCH', path, { client_name: 'Shop 2' }, tag)
      expect([changed.status, changed.json()['client_name']]).to.eql([200, 'Shop 2'])
      expect(await codeOf(call('PATCH', path, { client_name: 'x' }, tag))).to.eql([
        412,
        'precondition_failed',
      ])
      const rotated = (await call('POST', `${path}/rotate-secret`, { overlap_hours: 1 })).json()
      expect(rotated['client_secret']).to.be.a('string').and.not.to.equal(secret)
      expect((await call('POST', `${path}/disable`)).json()).to.include({ disabled: true })
      expect((await call('POST', `${path}/enable`)).json()).to.include({ disabled: false })
      expect((await call('DELETE', path)).status).to.equal(204)
      expect(await codeOf(call('GET', path))).to.eql([404, 'client_not_found'])
      for (const [name, one] of Object.entries({ first: secret, rotated: rotated['client_secret'] }))
        expect(stage.log().includes(String(one)), name).to.equal(false)
    })

    it('says what is wrong with a client', async () => {
      const input = { client_name: 'x', redirect_uris: ['http://example.com/x'] }
      expect(await codeOf(call('POST', '/clients', input))).to.eql([400, 'invalid_redirect_uri'])
      expect(await codeOf(call('POST', '/clients', { client_name: 'x', colour: 'red' }))).to.eql([
        400,
        'invalid_request',
      ])
    })

    it('lists clients and resource servers once each, page by page, however long their names', async () => {
      const imported = await importedClient(stage)
      const identifiers = ['a', 'b'].map((start) => `https://${start}.example.com/`.padEnd(512, 'x'))
      for (const identifier of identifiers) await call('POST', '/resources', { identifier, name: 'Long' })
      const clients = await pagesOf('/clients', 'client_id')
      const resources = await pagesOf('/resources', 'identifier')
      expect(clients).to.include(api.party.clientId).and.include(imported.clientId)
      expect(resources).to.include.members(identifiers)
      expect(new Set(clients).size).to.equal(clients.length)
      expect(new Set(resources).size).to.equal(resources.length)
      for (const identifier of identifiers)
        await call('DELETE', `/resources/${encodeURIComponent(identifier)}`)
      for (const list of ['/clients', '/resources'])
        expect(await codeOf(call('GET', `${list}?cursor=%00`)), list).to.eql([400, 'invalid_cursor'])
    })

    it('registers, changes and deletes a resource server', async () => {
      const identifier = `https://api-${Date.now()}.example.com/v1`
      const created = await call('POST', '/resources', {
        identifier,
        scope: 'a b',
        scope_texts: { a: 'See' },
      })
      expect(created.status, created.text).to.equal(201)
      expect(created.json()['client_secret']).to.be.a('string')
      const path = `/resources/${encodeURIComponent(identifier)}`
      expect(await codeOf(call('POST', '/resources', { identifier }))).to.eql([409, 'resource_exists'])
      const { headers } = await call('GET', path)
      const tag = { 'if-match': String(headers['etag']) }
      expect((await call('PATCH', path, { name: 'API' }, tag)).json()).to.include({
        name: 'API',
        scope: 'a b',
      })
      expect(await codeOf(call('PATCH', path, { name: 'B' }, tag))).to.eql([412, 'precondition_failed'])
      const own = `/clients/${String(created.json()['client_id'])}`
      expect(await codeOf(call('DELETE', own))).to.eql([409, 'client_of_resource'])
      expect((await call('DELETE', path)).status).to.equal(204)
      expect(await codeOf(call('GET', path))).to.eql([404, 'resource_not_found'])
    })

    it('creates once for 20 equal requests at a time on two processes [S-3.45]', async () => {
      const email = anyEmail()
      const send = () =>
        call('POST', '/accounts', { email, password: 'seven purple kettles' }, { 'idempotency-key': email })
      const answers = await Promise.all(Array.from({ length: 20 }, send))
      const statuses = answers.map(({ status }) => status)
      expect(statuses.filter((status) => status !== 201 && status !== 409)).to.eql([])
      const ids = new Set(
        answers.filter(({ status }) => status === 201).map((one) => String(one.json()['id'])),
      )
      expect(ids.size).to.equal(1)
      for (const one of answers.filter(({ status }) => status === 409))
        expect(one.json()['code'], one.text).to.equal('request_in_progress')
      const later = await send()
      expect([later.status, later.headers['idempotency-replayed'], [...ids][0]]).to.eql([
        201,
        'true',
        later.json()['id'],
      ])
      const [id] = ids
      const added: unknown[] = await stage.parts
        .db('audit_events')
        .where({ action: 'account.added', accountId: id })
        .select('id')
      expect(added).to.have.lengthOf(1)
    })

    it('lets pages call by the origins of their client only [S-3.46]', async () => {
      const page = await createCaller(stage, ['accounts:read'], {
        cors_origins: ['https://page.example.com'],
      })
      const own = await page.ownToken()
      const get = (origin: string) =>
        page.call('GET', '/accounts?limit=1', { token: own, headers: { origin } })
      const good = await get('https://page.example.com')
      expect([good.status, good.headers['access-control-allow-origin']]).to.eql([
        200,
        'https://page.example.com',
      ])
      const bad = await get('https://evil.example')
      expect([bad.status, bad.json()['code'], bad.headers['access-control-allow-origin']]).to.eql([
        403,
        'origin_not_allowed',
        undefined,
      ])
    })
  })

/** A client with the longest client_id that another system may bring. It may add accounts. */
async function importedClient({ parts, issuer, send }: Stage) {
  const clientId = `imported-${anyEmail()}-`.padEnd(255, 'x')
  const secret = randomToken(256)
  const resource = apiIdentifier(issuer)
  const input = { client_name: 'Long', grant_types: ['client_credentials'], allowed_resources: [resource] }
  await inTransaction(parts.db, (trx) => insertClient(trx, input as ClientInput, parts, { clientId, secret }))
  async function ownToken(): Promise<string> {
    const form = { grant_type: 'client_credentials', resource, scope: 'accounts:manage' }
    const answer = await send({ to: '/oauth/token', form, headers: basic(clientId, secret) })
    expect(answer.status, answer.text).to.equal(200)
    return String(answer.json()['access_token'])
  }
  return { clientId, ownToken }
}

/** How many failures the address has at this network. */
async function failuresOf({ parts }: Stage, email: string, ip: string): Promise<number> {
  // Equal failures of a minute are one entry with a count.
  const rows: { count: number }[] = await parts
    .db('audit_events')
    .join('accounts', 'accounts.id', 'audit_events.accountId')
    .where({ action: 'sign_in.failed', ip, email })
    .sum({ count: 'times' })
  return Number(rows[0]?.count)
}
