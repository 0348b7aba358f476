import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { rotateDueKeys } from '../../src/keys/key-set.ts'
import { EVENT_TOPICS } from '../../src/events/lanes.ts'
import { eventSchema } from '../../src/events/event-schema.ts'
import { EVENT_TYPES } from '../../src/events/event-types.ts'
import { SIGN_OUT_PATH } from '../../src/interaction/member.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { recordSession } from '../../src/sessions/account-sessions.ts'
import { createCaller } from '../api/caller.ts'
import { createRegistrar } from '../protocol/registration/registrar.ts'
import { register } from '../provider/relying-party.ts'
import { openEventWorld } from './event-world.ts'
import type { EventWorld } from './event-world.ts'

const CLI = join(import.meta.dirname, '../../src/cli.ts')
const BODY = { client_name: 'App', redirect_uris: ['https://app.example.com/cb'] }

describe('who made a change', () => {
  let world: EventWorld

  before(async () => {
    world = await openEventWorld()
  })
  beforeEach(async () => void (await world.taken()))
  after(async () => world.stop())

  const actors = async () =>
    Object.fromEntries((await world.taken()).map(({ type, data }) => [type, data['actor']]))

  it('is named by every type of event', () => {
    for (const [type, { data }] of Object.entries(EVENT_TYPES))
      expect('actor' in data.shape, type).to.equal(true)
  })

  it('may be missing from a replayed event of before it was named', () => {
    const data = { account_id: 'ada', session_id: 'one' }
    expect(EVENT_TYPES['session.started'].data.parse(data)).to.deep.equal(data)
    expect(eventSchema(world.issuer, 'session.started')?.['required']).to.deep.equal(Object.keys(data))
  })

  it('is the person who signs in and out, allows an app something, and takes that back', async () => {
    const person = await world.createAccount()
    const app = await register(world)
    const visitor = world.visitor()
    await world.taken()
    await app.tokensFor(person.account, {}, visitor)
    await visitor.followForm(await visitor.get('/account/apps'), {}, { action: '/apps/revoke' })
    await visitor.followForm(await visitor.get(SIGN_OUT_PATH), { logout: 'yes' })
    const { id } = person.account
    expect(await actors()).to.deep.equal({
      'session.started': id,
      'consent.given': id,
      'consent.revoked': id,
      'session.ended': id,
    })
  })

  it('is the person by the API too, for a session and for an app', async () => {
    const caller = await createCaller(world, ['account:write'])
    const person = await world.createAccount()
    const token = await caller.tokenOf(person.account)
    await world.visitor().signIn(person)
    const session = (await world.taken()).findLast(({ type }) => type === 'session.started')
    const ended = await caller.call('DELETE', `/account/sessions/${String(session?.data['session_id'])}`, {
      token,
    })
    expect(ended.status).to.equal(204)
    await caller.call('DELETE', `/account/apps/${caller.party.clientId}`, { token })
    const { id } = person.account
    expect(await actors()).to.deep.equal({ 'session.ended': id, 'consent.revoked': id })
  })

  it('is the system where a person has too many sessions', async () => {
    const { db, clock } = world.parts
    const { id: accountId } = (await world.createAccount()).account
    const session = { accountId, ip: '192.0.2.1', expiresAtMs: clock() + DAY_MS }
    await recordSession(db, { ...session, uid: `${accountId}-1` }, 1, clock())
    await world.taken()
    await recordSession(db, { ...session, uid: `${accountId}-2` }, 1, clock() + 1)
    expect(await actors()).to.deep.equal({ 'session.started': accountId, 'session.ended': 'system' })
  })

  it('is an app that signs a person out with an ID token from its server', async () => {
    const person = await world.createAccount()
    const app = await register(world, { post_logout_redirect_uris: ['https://app.example.com/bye'] })
    const { id_token: hint } = await app.tokensFor(person.account)
    await world.taken()
    await world.send({ to: `/oauth/logout?${new URLSearchParams({ id_token_hint: hint })}` })
    expect(await actors()).to.deep.equal({ 'session.ended': `client:${app.clientId}` })
  })

  it('is the owner of the token that called the API: a person, or a client', async () => {
    const caller = await createCaller(world, ['clients:manage', 'resources:manage', 'accounts:manage'])
    const token = await caller.ownToken()
    await world.taken()
    await caller.call('POST', '/clients', { token, body: BODY })
    await caller.call('POST', '/resources', { token, body: { identifier: 'https://by-api.example/' } })
    await caller.call('POST', '/accounts', { token, body: { email: 'by-api@example.org' } })
    const client = `client:${caller.party.client.client_id}`
    expect(await actors()).to.deep.equal({
      'client.created': client,
      'resource.created': client,
      'account.created': client,
    })
    const admin = await world.createAccount({ roles: ['admin'] })
    const own = await caller.tokenOf(admin.account)
    await world.taken()
    await caller.call('POST', '/clients', { token: own, body: BODY })
    expect(await actors()).to.deep.equal({ 'client.created': admin.account.id })
  })

  it('is an app that registers, changes and deletes itself', async () => {
    const registrar = createRegistrar(world)
    const given = await registrar.registered()
    const { client_id, redirect_uris } = given
    const by = `client:${client_id}`
    expect(await actors()).to.include({ 'client.created': by })
    const body = { client_id, redirect_uris, client_name: 'New' }
    const changed = await registrar.manage(given, { method: 'PUT', body })
    expect(await actors()).to.deep.equal({ 'client.changed': by })
    const next = { ...given, ...changed.body }
    expect((await registrar.manage(next, { method: 'DELETE' })).status).to.equal(204)
    expect(await actors()).to.deep.equal({ 'client.deleted': by })
  })

  it('is the system for keys that rotate by themselves', async () => {
    const { db, clock, sealer } = world.parts
    const laterMs = () => clock() + 400 * DAY_MS
    await rotateDueKeys(db, { clock: laterMs, sealer, periodMs: DAY_MS, keptForMs: DAY_MS })
    expect(Object.values(await actors()))
      .to.include('system')
      .and.not.to.include('cli')
  })

  it('is the operator of the command line', async () => {
    const env = {
      ...world.env,
      ACCOUNT_SERVER_EVENT_STREAM: 'events',
      ACCOUNT_SERVER_EVENT_STREAM_REDIS_DSN: 'redis://127.0.0.1:1',
    }
    const args = ['client', 'create', '--name', 'App', '--redirect-uri', 'https://app.example.com/cb']
    await promisify(execFile)(process.execPath, [CLI, ...args], { env })
    const events = await world.taken(EVENT_TOPICS.redis)
    expect(events.map(({ type, data }) => [type, data['actor']])).to.deep.equal([['client.created', 'cli']])
  })
})
