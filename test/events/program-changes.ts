/** What apps, browsers and the worker change outside of our forms, with the events of one step. */
import { expect } from 'chai'
import { purgeUnverified } from '../../src/accounts/life/housekeeping.ts'
import { ensureFirstAdministrator } from '../../src/accounts/operator/first-administrator.ts'
import { SIGN_OUT_PATH } from '../../src/interaction/member.ts'
import { purgeRetiredKeys } from '../../src/keys/signing-keys.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { purgeUnusedClients } from '../../src/protocol/registration/registered-clients.ts'
import { recordSession } from '../../src/sessions/account-sessions.ts'
import { createRegistrar } from '../protocol/registration/registrar.ts'
import type { Registered } from '../protocol/registration/registrar.ts'
import type { Changes } from './prepared-subjects.ts'
import type { EventWorld } from './event-world.ts'

const YEAR_MS = 365 * DAY_MS

const registered = async (world: EventWorld) => JSON.stringify(await createRegistrar(world).registered())
const manage = async (world: EventWorld, given: string, more: { method: string; body?: unknown }) => {
  const reply = await createRegistrar(world).manage(JSON.parse(given) as Registered, more)
  expect(reply.status, JSON.stringify(reply.body)).to.be.within(200, 204)
}
const purgeAccounts = ({ parts }: EventWorld) =>
  purgeUnverified(parts.db, parts.clock() + YEAR_MS, YEAR_MS / 2)
const purgeKeys = ({ parts }: EventWorld) =>
  purgeRetiredKeys(parts.db, { clock: () => parts.clock() + YEAR_MS, keptForMs: DAY_MS })
const purgeClients = ({ parts }: EventWorld) => purgeUnusedClients(parts.db, parts.clock() + YEAR_MS)

export const PROGRAM_CHANGES: Changes = {
  'purge of an account that nobody activated': {
    async given(world) {
      await purgeAccounts(world)
      const { id } = (await world.createAccount({ verified: false })).account
      await world.parts.db('accounts').where({ id }).update({ selfRegistered: true })
      return id
    },
    run: purgeAccounts,
    events: ['account.deleted'],
  },
  'start without an administrator': {
    async given(world) {
      await world.parts.db('account_roles').delete()
      return (await world.createAccount()).email
    },
    run: ({ parts }, email) => ensureFirstAdministrator(parts, { email }),
    events: ['account.roles_changed'],
  },
  'purge of a retired key': {
    async given(world) {
      await purgeKeys(world)
      await world.command('keys', 'rotate', '--alg', 'ES256', '--now')
      return ''
    },
    run: purgeKeys,
    events: ['key.removed'],
  },
  'purge of an app that was never used': {
    async given(world) {
      const { client_id: clientId } = await world.createClient({
        redirect_uris: ['https://app.example.com/cb'],
      })
      await world.parts.db('clients').where({ clientId }).update({ registeredBy: 'open' })
      return ''
    },
    run: purgeClients,
    events: ['client.deleted'],
  },
  'registration of an app': {
    async given(world) {
      return (await createRegistrar(world).token()).token
    },
    async run(world, token) {
      const body = { client_name: 'Notes', redirect_uris: ['https://app.example.com/cb'] }
      expect((await createRegistrar(world).register(body, token)).status).to.equal(201)
    },
    events: ['client.created'],
  },
  'update of an app by itself': {
    given: registered,
    run(world, given) {
      const { client_id, redirect_uris } = JSON.parse(given) as Registered
      return manage(world, given, { method: 'PUT', body: { client_id, redirect_uris, client_name: 'New' } })
    },
    events: ['client.changed'],
  },
  'deletion of an app by itself': {
    given: registered,
    run: (world, given) => manage(world, given, { method: 'DELETE' }),
    events: ['client.deleted'],
  },
  'sign-out of a browser': {
    async run(world) {
      const visitor = world.visitor()
      await visitor.signIn(await world.createAccount())
      const page = await visitor.get(SIGN_OUT_PATH)
      await world.taken()
      await visitor.followForm(page, { logout: 'yes' })
    },
    events: ['session.ended'],
  },
  'sign-in as somebody else in a browser': {
    async run(world) {
      const visitor = world.visitor()
      const form = await visitor.get('/sign-in')
      await visitor.signIn(await world.createAccount())
      const other = await world.createAccount()
      await world.taken()
      await visitor.followForm(form, { email: other.email, password: other.password })
    },
    events: ['session.ended', 'session.started'],
  },
  'sign-in beyond the most sessions': {
    async given(world) {
      return (await world.createAccount()).account.id
    },
    async run(world, accountId) {
      const { db, clock } = world.parts
      const session = { accountId, ip: '192.0.2.1', expiresAtMs: clock() + DAY_MS }
      await recordSession(db, { ...session, uid: `${accountId}-1` }, 1, clock())
      await world.taken()
      await recordSession(db, { ...session, uid: `${accountId}-2` }, 1, clock() + 1)
    },
    events: ['session.ended', 'session.started'],
  },
}
