import { expect } from 'chai'
import { disableAccount } from '../../src/accounts/account-state.ts'
import { requestDeletion } from '../../src/accounts/life/deletion.ts'
import { unlockAccount } from '../../src/accounts/operator/operator-unlock.ts'
import { noteWaiting } from '../../src/accounts/registrations/approvals.ts'
import { grantRole } from '../../src/accounts/roles.ts'
import { signIn } from '../../src/accounts/journeys/sign-in.ts'
import { listAccounts } from '../../src/accounts/search/account-list.ts'
import { ACCOUNT_STATES } from '../../src/accounts/search/account-states.ts'
import { createGroup } from '../../src/groups/groups.ts'
import { addMember } from '../../src/groups/members.ts'
import { narrowedBy } from '../../src/operations/filters/people.ts'
import type { PeopleFilter } from '../../src/operations/filters/people.ts'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { isSqlite } from '../../src/platform/sql/database.ts'
import { withoutQueryDeadline } from '../../src/platform/sql/mysql-connection.ts'
import { onEachDatabase, rejection } from './account-world.ts'
import { addMany, FEW_READS, notePlans, readsOf } from './reading-cost.ts'

const BY = { actor: 'cli' }

onEachDatabase('A list of accounts', (world) => {
  type Asked = PeopleFilter & { search?: string; limit?: number }

  async function found({ search, limit = 200, ...filter }: Asked): Promise<string[]> {
    const { db, needs } = world()
    const seen: string[] = []
    let after: string | undefined
    do {
      const narrowing = await narrowedBy(needs, filter)
      const page = await listAccounts(db, { search, limit, after, ...narrowing })
      seen.push(...page.accounts.map(({ email }) => email.replace('@example.com', '')))
      after = page.next
    } while (after !== undefined)
    return seen
  }

  /** One account in each state, and some in several. */
  async function addEachState(): Promise<void> {
    const { add, needs, db, advance } = world()
    const added = async (name: string, verified = true) => {
      advance(1)
      return add({ email: `${name}@example.com`, name: `Ann ${name}`, verified })
    }
    await added('plain')
    await added('unproven', false)
    const off = [await added('off1'), await added('off2'), await added('off3')]
    for (const { id } of off.toReversed()) {
      advance(1)
      await disableAccount(needs, id, BY)
    }
    const leaving = [await added('leaving1'), await added('leaving2')]
    for (const { id } of leaving.toReversed()) {
      advance(1)
      await requestDeletion(needs, id, BY)
    }
    const waiting = await added('waiting')
    await noteWaiting(db, waiting.id, needs.clock())
    await disableAccount(needs, waiting.id, BY)
    // Has not confirmed its address: nobody waits for an answer yet.
    await noteWaiting(db, (await added('waiting-unproven', false)).id, needs.clock())
    const staff = await createGroup(needs, { name: 'Stäff' }, BY)
    const members = [await added('member'), off[0]!, leaving[0]!]
    for (const { id } of members) await addMember(needs, { groupId: staff.id, accountId: id }, BY)
    for (const { id } of [members[0]!, off[1]!]) await grantRole(db, id, 'support')
  }

  it('shows those in a state alone, each state in its order', async () => {
    await addEachState()
    expect(await found({ state: 'active' })).to.eql(['member', 'plain'])
    // The latest disabled first; those that are deleted soonest first; the newest first.
    expect(await found({ state: 'disabled' })).to.eql(['waiting', 'off1', 'off2', 'off3'])
    expect(await found({ state: 'deletion_planned' })).to.eql(['leaving2', 'leaving1'])
    expect(await found({ state: 'unverified' })).to.eql(['waiting-unproven', 'unproven'])
    expect(await found({ state: 'awaiting_approval' })).to.eql(['waiting'])
    expect(await found({ state: 'locked' })).to.eql([])
  })

  it('shows those of a group, by its id or any spelling of its name, and those with a role', async () => {
    await addEachState()
    const { db } = world()
    const { id } = (await db('groups').first('id')) as { id: string }
    for (const group of [id, 'Stäff', ' STÄFF '])
      expect(await found({ group }), group).to.have.members(['member', 'off1', 'leaving1'])
    expect(await found({ role: 'support' })).to.have.members(['member', 'off2'])
    expect(await found({ role: 'admin' })).to.eql([])
    expect(await rejection(found({ group: 'nobody' }))).to.include({ code: 'group_not_found', status: 404 })
    expect(await rejection(found({ role: 'nobody' }))).to.include({ code: 'role_not_found', status: 404 })
  })

  it('joins conditions with each other and with a search', async () => {
    await addEachState()
    expect(await found({ group: 'stäff', state: 'disabled' })).to.eql(['off1'])
    expect(await found({ group: 'stäff', role: 'support' })).to.eql(['member'])
    expect(await found({ group: 'stäff', role: 'support', state: 'disabled' })).to.eql([])
    expect(await found({ search: 'ann', group: 'stäff' })).to.eql(['leaving1', 'member', 'off1'])
    expect(await found({ search: 'off', state: 'disabled' })).to.eql(['off1', 'off2', 'off3'])
    expect(await found({ search: 'off', state: 'active' })).to.eql([])
    expect(await found({ search: 'off2', role: 'support' })).to.eql(['off2'])
  })

  it('gives everybody once, in one order, on pages of any size, for each condition', async () => {
    await addEachState()
    for (const search of ['', 'ann', 'o'])
      for (const state of [undefined, ...ACCOUNT_STATES])
        for (const group of [undefined, 'stäff']) {
          const asked = { search, state, group }
          const whole = await found(asked)
          expect(new Set(whole).size, JSON.stringify(asked)).to.equal(whole.length)
          expect(await found({ ...asked, limit: 1 }), JSON.stringify(asked)).to.eql(whole)
        }
  })

  it('refuses the cursor of another order', async () => {
    await addEachState()
    const { db } = world()
    const { next: ofDisabled } = await listAccounts(db, { state: 'disabled', limit: 1 })
    const { next: ofAll } = await listAccounts(db, { limit: 1 })
    for (const [state, after] of [
      ['unverified', ofDisabled],
      ['disabled', ofAll],
      ['disabled', 'i0.x'],
    ] as const)
      expect(await rejection(listAccounts(db, { state, after })), `${state} ${after}`).to.include({
        code: 'invalid_cursor',
      })
  })

  it('shows those that are locked after failures, until the lock ends or somebody unlocks them', async () => {
    const { add, needs, advance } = world()
    const [ann, bob] = [await add({ email: 'ann@example.com' }), await add({ email: 'bob@example.com' })]
    await add({ email: 'eve@example.com' })
    const fail = async (email: string, times: number) => {
      for (let n = 0; n < times; n += 1)
        await signIn(needs, { email, password: 'a wrong password', ip: '192.0.2.7' }).catch(() => undefined)
    }
    await fail('ann@example.com', needs.config.accounts.loginMaxFailures)
    await fail('bob@example.com', needs.config.accounts.loginMaxFailures)
    await fail('eve@example.com', 1)
    await fail('nobody@example.com', needs.config.accounts.loginMaxFailures)
    expect(await found({ state: 'locked' })).to.have.members(['ann', 'bob'])
    expect(await found({ state: 'locked', search: 'b' })).to.eql(['bob'])
    await unlockAccount(needs, ann.id, BY)
    expect(await found({ state: 'locked' })).to.eql(['bob'])
    advance(needs.config.accounts.loginBlockMs + MINUTE_MS)
    expect(await found({ state: 'locked' })).to.eql([])
    expect(bob.id).not.to.equal(ann.id)
  })

  it('ends a page early where conditions leave out nearly all, and misses nobody', async () => {
    const { db, needs } = world()
    await addMany(world(), 9000)
    const all: { id: string }[] = await db('accounts').orderBy('emailCanonical').select('id')
    const ids = all.map(({ id }) => id)
    const { id: groupId } = await createGroup(needs, { name: 'large' }, BY)
    // Two large halves, and three accounts in both.
    const wanted = ids.slice(4000, 4003)
    await db.batchInsert(
      'group_members',
      ids.slice(4000).map((accountId) => ({ groupId, accountId })),
      500,
    )
    for (let at = 0; at < 4003; at += 500)
      await db('accounts')
        .whereIn('id', ids.slice(at, Math.min(at + 500, 4003)))
        .update({ emailVerifiedAtMs: null })
    const sizes: number[] = []
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await listAccounts(db, { groupId, state: 'unverified', search: 'ann', after })
      sizes.push(page.accounts.length)
      seen.push(...page.accounts.map(({ id }) => id))
      after = page.next
    } while (after !== undefined)
    expect(seen).to.have.members(wanted)
    expect(sizes.length, 'pages').to.be.within(2, 20)
  })

  it('walks through no table for one condition', async () => {
    const { db, needs } = world()
    await addMany(world(), 3000)
    const { id: groupId } = await createGroup(needs, { name: 'large' }, BY)
    const ids: { id: string }[] = await db('accounts').select('id')
    const members = ids.map(({ id }) => ({ groupId, accountId: id }))
    await db.batchInsert('group_members', members, 500)
    await db.batchInsert(
      'account_roles',
      ids.map(({ id }) => ({ accountId: id, role: 'support' })),
      500,
    )
    const at = db.ref('createdAtMs')
    await withoutQueryDeadline(async () => {
      await db('accounts').update({ disabledAtMs: at, deleteAtMs: at, emailVerifiedAtMs: null })
    })
    const seen = isSqlite(db) ? notePlans(db) : undefined
    if (!isSqlite(db))
      for (const table of ['accounts', 'account_roles']) await db.raw(`analyze table ${table}`)
    for (const query of [
      { state: 'disabled' },
      { state: 'deletion_planned' },
      { state: 'unverified' },
      { groupId },
      { role: 'support' },
    ] as const) {
      const first = await readsOf(db, query)
      expect(first.accounts, JSON.stringify(query)).to.have.length(10)
      expect(first.reads, `${JSON.stringify(query)}, the first page`).to.be.below(FEW_READS)
      const later = await readsOf(db, { ...query, after: first.next })
      expect(later.reads, `${JSON.stringify(query)}, a later page`).to.be.below(FEW_READS)
    }
    expect((await seen?.()) ?? []).to.deep.equal([])
  })
})
