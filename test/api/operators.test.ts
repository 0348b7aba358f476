/** The operations about the server itself: keys, mails and settings. */
import { expect } from 'chai'
import { grantRole } from '../../src/accounts/roles.ts'
import { ONE_STAGE } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { ALL_SCOPES, createCaller } from './caller.ts'
import type { Api } from './caller.ts'
import { GIVEN_UP, givenUpMail } from './given-up-mail.ts'

for (const { name, stage: open } of ONE_STAGE)
  describe(`the operations about the server, with ${name}`, () => {
    let stage: Stage
    let api: Api
    let token: string
    let adminId: string

    before(async () => {
      stage = await open()
      api = await createCaller(stage, ALL_SCOPES)
      const admin = await stage.person()
      await grantRole(stage.parts.db, admin.id, 'admin')
      adminId = admin.id
      token = await api.tokenOf(admin)
    })

    type Item = Record<string, unknown>
    const read = async (path: string): Promise<Item> => {
      const answer = await api.call('GET', path, { token })
      expect(answer.status, answer.text).to.equal(200)
      return answer.json()
    }
    const items = async (path: string) => (await read(path))['items'] as Item[]
    const latest = async (action: string): Promise<{ actor: string; detail: string } | undefined> =>
      stage.parts.db('audit_events').where({ action }).orderBy('id', 'desc').first('actor', 'detail')

    it('list mails by their state, with receiver and error, and never their text', async () => {
      const id = await givenUpMail(stage.parts)
      const { text, status } = await api.call('GET', '/mails?state=given_up', { token })
      expect(status, text).to.equal(200)
      expect(text).not.to.match(/hidden|HIDE-ME/)
      const mail = (await items('/mails?state=given_up')).find((one) => one['id'] === id)
      expect(mail).to.include({ to: GIVEN_UP.to, kind: 'reset', tries: 20, last_error: GIVEN_UP.reason })
      expect((await items('/mails?state=waiting')).map((one) => one['id'])).not.to.include(id)
      expect((await api.call('GET', `/mails/${id}`, { token })).text).not.to.match(/hidden|HIDE-ME/)
    })

    it('page through mails, the newest first', async () => {
      const made = [await givenUpMail(stage.parts), await givenUpMail(stage.parts)]
      const first = await read('/mails?limit=1')
      expect((first['items'] as Item[]).map((one) => one['id'])).to.eql([made[1]])
      const second = await items(`/mails?limit=1&cursor=${String(first['next'])}`)
      expect(second.map((one) => one['id'])).to.eql([made[0]])
    })

    it('list the mails to one address, however it is written', async () => {
      const id = await givenUpMail(stage.parts, 'asked@example.org')
      await givenUpMail(stage.parts, 'somebody-else@example.org')
      expect((await items('/mails?to=ASKED%40example.org')).map((one) => one['id'])).to.eql([id])
      expect(await items('/mails?to=nobody%40example.org')).to.eql([])
    })

    it('send a mail again that was given up, once, and say who did it', async () => {
      const id = await givenUpMail(stage.parts, 'replayed@example.org')
      const done = await api.call('POST', `/mails/${id}/replay`, { token })
      expect([done.status, done.json()['state']]).to.eql([200, 'waiting'])
      const entry = await latest('mail.replayed')
      expect(entry?.actor).to.equal(adminId)
      expect(JSON.parse(entry?.detail ?? '')).to.eql({ mail: id, kind: 'reset' })
      expect((await api.call('POST', `/mails/${id}/replay`, { token })).status).to.equal(409)
    })

    it('delete a mail that was given up, and say who did it', async () => {
      const id = await givenUpMail(stage.parts)
      expect((await api.call('DELETE', `/mails/${id}`, { token })).status).to.equal(204)
      expect((await api.call('GET', `/mails/${id}`, { token })).status).to.equal(404)
      expect((await latest('mail.deleted'))?.actor).to.equal(adminId)
    })

    it('list the mails to one account, also those that were delivered, with their kind', async () => {
      const person = await stage.person()
      const { db } = stage.parts
      const id = await givenUpMail(stage.parts, person.email.toUpperCase())
      await givenUpMail(stage.parts, 'somebody-else@example.org')
      const gone = await givenUpMail(stage.parts, person.email)
      await db('outbox_messages')
        .where({ id: gone })
        .update({ deliveredAtMs: 1, deadAtMs: null, payload: null })
      const found = await items(`/accounts/${person.id}/mails`)
      expect(found.map((one) => [one['id'], one['kind'], one['state']])).to.eql([
        [gone, 'reset', 'delivered'],
        [id, 'reset', 'given_up'],
      ])
      const { recordKey } = (await db('outbox_messages').where({ id }).first('recordKey')) as {
        recordKey: string
      }
      expect(recordKey).not.to.contain(person.email)
    })

    it('list keys without a secret part, and data keys by their ids', async () => {
      const keys = await items('/keys')
      expect(new Set(keys.map(({ use }) => use))).to.eql(new Set(['sig', 'enc', 'seal']))
      const { text } = await api.call('GET', '/keys', { token })
      expect(text).not.to.match(/private|"d"|"k"/)
      expect(keys.find(({ use }) => use === 'seal')).to.include({ state: 'current', created_at: null })
    })

    it('rotate the keys of one algorithm, and say who did it', async () => {
      const before = (await items('/keys')).filter(({ alg, state }) => alg === 'PS256' && state === 'current')
      const body = { alg: 'PS256', now: true }
      const done = await api.call('POST', '/keys/rotate', { token, body })
      const [rotation] = done.json()['items'] as Item[]
      expect(rotation, done.text).to.include({ alg: 'PS256', outcome: 'activated' })
      const after = (await items('/keys')).filter(({ alg, state }) => alg === 'PS256' && state === 'current')
      expect(after.map(({ kid }) => kid)).to.eql([rotation?.['kid']])
      expect(after).not.to.eql(before)
      expect((await latest('key.activated'))?.actor).to.equal(adminId)
    })

    it('show how far a receiver is, and let it go on at once', async () => {
      const { db, clock } = stage.parts
      const [topic, atMs] = ['events.stuck', clock()]
      const waiting = { topic, recordKey: 'a', payload: 'x', attempts: 3, lastError: 'no answer' }
      const later = atMs + 3_600_000
      await db('outbox_messages').insert({
        ...waiting,
        id: 'stuck-1',
        createdAtMs: atMs,
        nextAttemptAtMs: later,
      })
      await db('outbox_messages').insert({ ...waiting, id: 'stuck-2', createdAtMs: atMs, deadAtMs: atMs })
      await db('outbox_lanes').insert({ topic, failures: 4, pausedUntilMs: later, lastError: 'no answer' })
      const before = await read(`/receivers/${topic}`)
      const at = new Date(atMs).toISOString()
      expect(before).to.include({ waiting: 1, given_up: 1, failures: 4, last_error: 'no answer' })
      expect(before).to.include({ behind_since: at, paused_until: new Date(later).toISOString() })
      const resumed = await api.call('POST', `/receivers/${topic}/resume`, { token })
      expect(resumed.json()).to.include({ failures: 0, paused_until: null })
      const row = await db('outbox_messages').where({ id: 'stuck-1' }).first('nextAttemptAtMs')
      expect(Number(row.nextAttemptAtMs)).to.be.lessThan(later)
      expect((await latest('receiver.resumed'))?.actor).to.equal(adminId)
      const replayed = await api.call('POST', `/receivers/${topic}/replay`, { token })
      expect(replayed.json()).to.eql({ replayed: 1 })
      expect((await items('/receivers')).find((one) => one['topic'] === topic)).to.include({ waiting: 2 })
    })

    it('add, change and delete a webhook, show its secret once, and say who did it', async () => {
      const body = { url: 'https://crm.example.com/hook', event_types: ['key.removed'] }
      const made = await api.call('POST', '/webhooks', { token, body })
      const { id, secret } = made.json() as { id: string; secret: string }
      expect([made.status, secret.length > 20], made.text).to.eql([201, true])
      const path = `/webhooks/${id}`
      expect((await api.call('GET', path, { token })).text).not.to.contain(secret)
      const changed = await api.call('PATCH', path, { token, body: { enabled: false } })
      expect(changed.json()).to.include({ enabled: false, url: body.url })
      const rotated = await api.call('POST', `${path}/rotate-secret`, { token, body: { overlap_hours: 1 } })
      expect(rotated.json()['secret']).to.be.a('string').and.not.to.equal(secret)
      expect((await api.call('POST', `${path}/replay`, { token, body: {} })).json()).to.include({
        replayed: 0,
      })
      expect((await api.call('DELETE', path, { token })).status).to.equal(204)
      for (const verb of ['created', 'changed', 'secret_rotated', 'replayed', 'deleted']) {
        const entry = await latest(`webhook.${verb}`)
        expect(entry?.actor, verb).to.equal(adminId)
        expect(entry?.detail, verb).to.contain(id).and.not.to.contain(secret)
      }
    })

    it('show each setting with its value, source and meaning, and no secret', async () => {
      const all = await items('/settings')
      expect(all.length).to.be.greaterThan(100)
      const of = (short: string) => all.find((one) => one['name'] === `ACCOUNT_SERVER_${short}`)
      expect(of('ISSUER')).to.include({ value: stage.parts.config.issuer })
      expect(of('LOGIN_MAX_FAILURES')).to.include({ fallback: 15, group: 'Accounts' })
      expect(String(of('LOGIN_MAX_FAILURES')?.['about']).length).to.be.greaterThan(10)
      const { token_secret_key: secret } = stage.parts.config.settings
      const { text } = await api.call('GET', '/settings', { token })
      if (secret) expect(text).not.to.contain(secret)
      const found = await items('/settings?search=smtp')
      expect(found.length).to.be.within(1, 20)
    })
  })
