import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'chai'
import { REGISTRATION_TOPICS } from '../../src/events/lanes.ts'
import { userinfo, register as registerApp } from '../provider/relying-party.ts'
import { codeIn, linkIn } from '../support/letter.ts'
import { ALL_EVENTS, LANE, openEventWorld } from './event-world.ts'
import type { EventWorld } from './event-world.ts'

const CHOSEN = 'seven bridges over one river'
const { kafka: REGISTRATIONS } = REGISTRATION_TOPICS

describe('an event', () => {
  let world: EventWorld
  let people = 0

  before(async () => {
    world = await openEventWorld()
  })
  beforeEach(async () => {
    world.sendTo(ALL_EVENTS)
    await world.taken()
  })
  after(async () => world.stop())

  async function registered() {
    const email = `reader-${(people += 1)}@example.org`
    const visitor = world.visitor()
    await visitor.followForm(await visitor.get('/register'), { name: 'Ada', email, password: CHOSEN })
    const mail = await world.waitForMail(email)
    return { email, activate: () => visitor.get(linkIn(mail, '/activate')), code: codeIn(mail) }
  }

  it('is a CloudEvent of the issuer about its subject, with data that its schema allows', async () => {
    const { account } = await world.createAccount({ name: 'Ada', username: 'ada' })
    const [event] = await world.taken()
    const { id, time, data, ...fixed } = event!
    expect(fixed).to.deep.equal({
      specversion: '1.0',
      source: world.issuer,
      type: 'account.created',
      subject: account.id,
      datacontenttype: 'application/json',
      dataschema: `${world.issuer}/events/schemas/account.created/1.json`,
    })
    expect(id).to.match(/^[\da-f-]{36}$/)
    expect(Date.parse(time)).to.be.closeTo(world.parts.clock(), 60_000)
    expect(data).to.deep.include({ actor: 'cli', how: 'operator' })
    const schema = await (await fetch(event!.dataschema)).json()
    expect(schema).to.include({ $id: event!.dataschema, title: 'account.created' })
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema as object)
    expect(validate(data), JSON.stringify(validate.errors)).to.equal(true)
    expect(validate({ ...data, how: 'magic' })).to.equal(false)
  })

  it('of a deleted account holds its last state, and no event holds a password or its hash', async () => {
    const { account } = await world.createAccount({ name: 'Ada', roles: ['admin'] })
    await world.command('account', 'reset-password', account.id)
    await world.command('account', 'delete', account.id)
    const events = await world.taken()
    expect(events.at(-1)).to.include({ type: 'account.deleted', subject: account.id })
    expect(events.at(-1)?.data).to.deep.include({ how: 'deletion', actor: 'cli' })
    expect(events.at(-1)?.data['account']).to.deep.include({
      id: account.id,
      email: account.email,
      name: 'Ada',
      roles: ['admin'],
    })
    expect(JSON.stringify(events)).not.to.match(/argon2|password_?hash|correct horse/i)
  })

  it('is not written where no sink wants it, and not for a change that is rolled back', async () => {
    world.sendTo([{ topic: LANE, takes: 'event', wants: (type) => type === 'account.disabled' }])
    const { account } = await world.createAccount()
    await world.command('account', 'disable', account.id)
    expect((await world.taken()).map(({ type }) => type)).to.deep.equal(['account.disabled'])
    const again = { email: account.email }
    const refused: unknown = await world.createAccount(again).catch((error: unknown) => error)
    expect(refused).to.include({ code: 'account_exists' })
    world.sendTo([])
    await world.createAccount()
    expect(await world.taken()).to.deep.equal([])
  })

  it('goes to each sink with the same id', async () => {
    world.sendTo([...ALL_EVENTS, { topic: 'events.other', takes: 'event' }])
    await world.createAccount()
    const [one, other] = [await world.taken(), await world.taken('events.other')]
    expect(one).to.have.length(1)
    expect(other).to.deep.equal(one)
  })

  describe('of a new user, as replaced systems know it', () => {
    const messages = () => world.taken(REGISTRATIONS) as Promise<unknown[]>
    const lanes = [{ topic: REGISTRATIONS, takes: 'registration' }] as const

    it('is sent once the address is confirmed', async () => {
      world.sendTo(lanes)
      const { email, activate } = await registered()
      expect(await messages()).to.deep.equal([])
      await activate()
      const [message, ...more] = await messages()
      expect(more).to.deep.equal([])
      expect(message).to.have.all.keys('user_id', 'username', 'full_name', 'created_at')
      expect(message).to.include({ username: email, full_name: 'Ada' })
    })

    it('is sent at registration where a setting says so, and not again', async () => {
      world.sendTo(lanes, 'registration')
      const { email, activate } = await registered()
      expect(await messages())
        .to.have.length(1)
        .and.to.have.nested.property('[0].username', email)
      await activate()
      expect(await messages()).to.deep.equal([])
    })

    it('is sent at once for an account that is added with a confirmed address', async () => {
      world.sendTo(lanes)
      const { account } = await world.createAccount({ username: 'ada-l' })
      const [message] = await messages()
      expect(message).to.include({ user_id: account.id, username: 'ada-l' })
      expect(await world.taken()).to.deep.equal([])
    })
  })

  it('is read after its change by a receiver that asks back at once', async () => {
    const app = await registerApp(world)
    const { account } = await world.createAccount({ name: 'Before' })
    const { access_token } = await app.tokensFor(account)
    await world.taken()
    await world.command('account', 'update', account.id, '--name', 'After')
    const [event] = await world.taken()
    expect(event?.data['account']).to.include({ name: 'After' })
    expect((await userinfo(world, access_token)).json()).to.include({ name: 'After' })
  })
})
