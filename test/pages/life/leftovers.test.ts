import { expect } from 'chai'
import { deleteDueAccounts } from '../../../src/accounts/life/deletion.ts'
import { createGroup } from '../../../src/groups/groups.ts'
import { addMember } from '../../../src/groups/members.ts'
import { DAY_MS } from '../../../src/platform/clock.ts'
import { openEventWorld } from '../../events/event-world.ts'
import type { EventWorld } from '../../events/event-world.ts'
import { enroll } from '../../factors/enrolled.ts'
import { register } from '../../provider/relying-party.ts'
import { PASSWORD, until } from '../../provider/stage.ts'
import { startLogoutReceiver } from '../../support/logout-receiver.ts'

const PATH = '/account/delete'
/** What docs/operations.md says is kept: the trail, messages on their way, and records of tokens that were revoked. */
const KEPT = ['audit_events', 'mailbox_messages', 'oidc_records', 'outbox_messages']

describe('what a deletion leaves', () => {
  let world: EventWorld

  before(async () => {
    world = await openEventWorld()
  })
  after(async () => world.stop())

  /** Somebody with a row in many tables, who asks for the deletion. */
  async function deleted(logoutUri?: string) {
    const app = await register(world, {
      ...(logoutUri !== undefined && { backchannel_logout_uri: logoutUri }),
    })
    const person = await world.person()
    const visitor = world.visitor()
    await visitor.signIn({ ...person, password: PASSWORD })
    await app.tokensFor(person, {}, visitor)
    const group = await createGroup(world.parts, { name: 'Left' + String(Date.now()) }, { actor: 'cli' })
    await addMember(world.parts, { groupId: group.id, accountId: person.id }, { actor: 'cli' })
    await world.taken()
    await visitor.followForm(await visitor.get(PATH), {}, { action: PATH })
    await enroll(world.parts, person.id)
    return { app, person }
  }
  const upkeep = () => deleteDueAccounts(world.parts, Date.now() + 15 * DAY_MS, 100)

  it('is nothing with the id or the address in any table, but what the documents name [S-2.113]', async () => {
    const { person } = await deleted()
    const tables = await tablesWith(person.id)
    expect(tables).to.include.members([
      'accounts',
      'consents',
      'group_members',
      'account_totps',
      'audit_events',
    ])
    await upkeep()
    expect(KEPT).to.include.members(await tablesWith(person.id))
    expect(KEPT).to.include.members(await tablesWith(person.email))
  })

  it('tells an app of the sign-out once, and a sink of the deletion once [S-2.114]', async () => {
    const receiver = await startLogoutReceiver(world.issuer)
    const { app, person } = await deleted(receiver.uri)
    await until(() => receiver.heardBy(app.clientId).length > 0, 'the app heard of it')
    expect((await world.taken()).map(({ type }) => type)).to.include('account.deletion_requested')
    await upkeep()
    await upkeep()
    const events = (await world.taken()).filter(({ subject }) => subject === person.id)
    expect(events.map(({ type }) => type)).to.eql(['account.deleted'])
    // The outbox delivers in order, so this mail comes after a second message.
    const other = await world.person()
    const asking = world.visitor()
    await asking.followForm(await asking.get('/forgot'), { email: other.email })
    await world.waitForMail(other.email, /^Reset/)
    expect(receiver.heardBy(app.clientId)).to.have.length(1)
    await receiver.stop()
  })

  /** The tables in which some row contains the text. */
  async function tablesWith(text: string): Promise<string[]> {
    const { db } = world.parts
    const names = (await db.raw("select name from sqlite_master where type = 'table'")) as { name: string }[]
    const found: string[] = []
    for (const { name } of names) if (JSON.stringify(await db(name).select()).includes(text)) found.push(name)
    return found
  }
})
