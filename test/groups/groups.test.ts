import { expect } from 'chai'
import { removeAccount } from '../../src/account-cache/changed-account.ts'
import { listGroups } from '../../src/groups/group-list.ts'
import { createGroup, deleteGroup, findGroupByEither, updateGroup } from '../../src/groups/groups.ts'
import { addMember, groupsOf, listMembers, MOST_GROUPS, removeMember } from '../../src/groups/members.ts'
import { auditTrailOf } from '../support/audit-trail.ts'
import { onEachDatabase, rejection } from '../accounts/account-world.ts'

const BY = { actor: 'cli', ip: '192.0.2.7' }

onEachDatabase('A group', (world) => {
  const make = (name: string, description?: string) => createGroup(world().needs, { name, description }, BY)
  const person = (name: string) => world().add({ email: `${name}@example.com` })
  const namesOf = async (accountId: string) => (await groupsOf(world().db, accountId)).map(({ name }) => name)
  const cached = async (id: string) => (await world().needs.accountCache.find(id))?.groups

  it('has a name that is unique in its folded form', async () => {
    const group = await make('  Stra\u00dfe 7 ', 'Where it is')
    expect(group).to.include({ name: 'Straße 7', description: 'Where it is', members: 0 })
    for (const name of ['Straße 7', 'STRASSE 7', 'strasse 7', 'ｓｔｒａｓｓｅ ７'])
      expect(await rejection(make(name)), name).to.include({ code: 'group_exists', status: 409 })
    expect(await findGroupByEither(world().db, 'sTRASSE 7')).to.include({ id: group.id })
    expect(await findGroupByEither(world().db, group.id)).to.include({ name: 'Straße 7' })
  })

  it('takes 1 to 100 letters in one line, and says what is wrong with others', async () => {
    expect((await make('ü'.repeat(100))).name).to.have.length(100)
    expect((await make('😀'.repeat(100))).name).to.have.length(200)
    const WRONG = {
      '': /empty/,
      ' ': /empty/,
      'a\u0000b': /control/,
      'a\nb': /control/,
      'a\u202eb': /control/,
    }
    for (const [name, why] of Object.entries({ ...WRONG, ['x'.repeat(101)]: /longer than 100/ })) {
      const refusal = (await rejection(make(name))) as { code: string; message: string }
      expect(refusal.code, JSON.stringify(name)).to.equal('group_name_invalid')
      expect(refusal.message, JSON.stringify(name)).to.match(why)
    }
    expect(await rejection(make('a', 'two\nlines'))).to.include({ code: 'group_description_invalid' })
  })

  it('changes name and description, and what did not change is not recorded', async () => {
    const { needs, db } = world()
    const { id } = await make('staff')
    await make('guests')
    const before = await db('audit_events').where({ action: 'group.changed' })
    await updateGroup(needs, id, { name: 'staff' }, BY)
    expect(await db('audit_events').where({ action: 'group.changed' })).to.have.length(before.length)
    const changed = await updateGroup(needs, id, { name: 'STAFF', description: 'All of us' }, BY)
    expect(changed).to.include({ name: 'STAFF', description: 'All of us' })
    expect(await rejection(updateGroup(needs, id, { name: 'Guests' }, BY))).to.include({
      code: 'group_exists',
    })
    expect(await rejection(updateGroup(needs, 'none', { name: 'x' }, BY))).to.include({
      code: 'group_not_found',
    })
    const [entry] = await db('audit_events').where({ action: 'group.changed' }).select('detail', 'ip')
    expect(entry).to.include({ ip: BY.ip, detail: JSON.stringify({ group: { id, name: 'STAFF' } }) })
  })

  it('has members, who have it in their claims at once, and who lose it at once', async () => {
    const { needs, db } = world()
    const [ada, staff, night] = [await person('ada'), await make('staff'), await make('Night shift')]
    expect(await cached(ada.id), 'cached without').to.eql([])
    const [inStaff, inNight] = [staff, night].map(({ id }) => ({ groupId: id, accountId: ada.id }))
    expect(await addMember(needs, inStaff!, BY)).to.equal(true)
    expect(await addMember(needs, inStaff!, BY), 'again').to.equal(false)
    expect(await addMember(needs, inNight!, BY)).to.equal(true)
    expect(await cached(ada.id)).to.eql(['Night shift', 'staff'])
    await updateGroup(needs, staff.id, { name: 'employees' }, BY)
    expect(await cached(ada.id), 'renamed').to.eql(['Night shift', 'employees'])
    expect(await removeMember(needs, inNight!, BY)).to.equal(true)
    expect(await removeMember(needs, inNight!, BY), 'again').to.equal(false)
    expect(await cached(ada.id)).to.eql(['employees'])
    expect(await deleteGroup(needs, staff.id, BY)).to.include({ members: 1 })
    expect(await cached(ada.id), 'deleted').to.eql([])
    expect(await namesOf(ada.id)).to.eql([])
    const trail = (await auditTrailOf(db, ada.id)).map(({ action }) => action)
    expect(trail.filter((action) => action.startsWith('group.'))).to.eql([
      'group.member_removed',
      'group.member_added',
      'group.member_added',
    ])
  })

  it('with many members is renamed and deleted for all of them', async () => {
    const { needs, db } = world()
    const { id: groupId } = await make('everybody')
    const template = (await db('accounts')
      .where({ id: (await person('many')).id })
      .first())!
    const accounts = Array.from({ length: 2100 }, (_, n) => ({
      ...template,
      id: `many-${n}`,
      email: `many-${n}@example.com`,
      emailCanonical: `many-${n}@example.com`,
    }))
    await db.batchInsert('accounts', accounts, 300)
    await db.batchInsert(
      'group_members',
      accounts.map(({ id }) => ({ groupId, accountId: id })),
      300,
    )
    expect(await cached('many-2099')).to.eql(['everybody'])
    await updateGroup(needs, groupId, { name: 'all' }, BY)
    expect(await cached('many-2099')).to.eql(['all'])
    await deleteGroup(needs, groupId, BY)
    expect(await cached('many-2099')).to.eql([])
  })

  it('is listed by name, by the beginning of a name, and page by page', async () => {
    const { needs, db } = world()
    const names = ['Delta', 'alpha', 'Beta', 'be_ta', 'be%', 'ÄHRE', 'zeta']
    const groups = await Promise.all(names.map((name) => make(name)))
    const ada = await person('ada')
    await addMember(needs, { groupId: groups[0]!.id, accountId: ada.id }, BY)
    const all = await listGroups(db, {})
    expect(all.groups.map(({ name }) => name)).to.eql([
      'alpha',
      'be%',
      'be_ta',
      'Beta',
      'Delta',
      'zeta',
      'ÄHRE',
    ])
    expect(all.groups.find(({ name }) => name === 'Delta')).to.include({ members: 1 })
    expect(all.next).to.equal(undefined)
    const found = async (search: string) => (await listGroups(db, { search })).groups.map(({ name }) => name)
    expect(await found('BE')).to.eql(['be%', 'be_ta', 'Beta'])
    expect(await found('be%')).to.eql(['be%'])
    expect(await found('be_')).to.eql(['be_ta'])
    expect(await found('ähr')).to.eql(['ÄHRE'])
    const paged: string[] = []
    let after: string | undefined
    do {
      const page = await listGroups(db, { after, limit: 2 })
      paged.push(...page.groups.map(({ name }) => name))
      after = page.next
    } while (after !== undefined)
    expect(paged).to.eql(all.groups.map(({ name }) => name))
  })

  it('lists its members page by page', async () => {
    const { needs, db } = world()
    const { id: groupId } = await make('staff')
    const people = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(person))
    for (const { id } of people) await addMember(needs, { groupId, accountId: id }, BY)
    const ids: string[] = []
    let after: string | undefined
    do {
      const page = await listMembers(db, groupId, { after, limit: 2 })
      expect(page.accounts.length, `after ${after}`).to.be.at.most(2)
      ids.push(...page.accounts.map(({ id }) => id))
      after = page.next
    } while (after !== undefined)
    expect(ids).to.eql(people.map(({ id }) => id).sort())
    expect(await rejection(listMembers(db, 'none', {}))).to.include({ code: 'group_not_found' })
  })

  it('loses a member with its account, and needs an account to take one', async () => {
    const { needs, db, count } = world()
    const [ada, { id: groupId }] = [await person('ada'), await make('staff')]
    await addMember(needs, { groupId, accountId: ada.id }, BY)
    await removeAccount(db, ada.id)
    expect(await count('group_members')).to.equal(0)
    const add = rejection(addMember(needs, { groupId, accountId: ada.id }, BY))
    expect(await add).to.include({ code: 'account_not_found', status: 404 })
    const bob = await person('bob')
    const none = rejection(addMember(needs, { groupId: 'none', accountId: bob.id }, BY))
    expect(await none).to.include({ code: 'group_not_found', status: 404 })
  })

  it('is one of a bounded number for an account', async () => {
    const { needs, db } = world()
    const ada = await person('ada')
    const groups = Array.from({ length: MOST_GROUPS }, (_, n) => {
      const name = `group ${n}`
      return { id: name, name, nameCanonical: name, description: '', createdAtMs: 0, updatedAtMs: 0 }
    })
    await db.batchInsert('groups', groups, 100)
    await db.batchInsert(
      'group_members',
      groups.slice(1).map(({ id: groupId }) => ({ groupId, accountId: ada.id })),
      100,
    )
    const { id: other } = await make('one more')
    const both = await Promise.allSettled(
      ['group 0', other].map((groupId) => addMember(needs, { groupId, accountId: ada.id }, BY)),
    )
    expect(both.map(({ status }) => status).sort()).to.eql(['fulfilled', 'rejected'])
    expect(await namesOf(ada.id)).to.have.length(MOST_GROUPS)
  })

  it('that is made, joined and left at once ends in one state, with one record of each change', async () => {
    const { needs, db } = world()
    const made = await Promise.allSettled(['Staff', 'staff', 'STAFF', 'sTaFF'].map((name) => make(name)))
    expect(made.filter(({ status }) => status === 'fulfilled')).to.have.length(1)
    const { id: groupId } = (await findGroupByEither(db, 'staff'))!
    const ada = await person('ada')
    const added = { groupId, accountId: ada.id }
    const four = [1, 2, 3, 4]
    const adds = await Promise.all(four.map(() => addMember(needs, added, BY)))
    expect(adds.filter(Boolean)).to.have.length(1)
    const removes = await Promise.all(four.map(() => removeMember(needs, added, BY)))
    expect(removes.filter(Boolean)).to.have.length(1)
    const trail = (await auditTrailOf(db, ada.id)).filter(({ action }) => action.startsWith('group.'))
    expect(trail).to.have.length(2)
    const deletes = await Promise.allSettled(four.map(() => deleteGroup(needs, groupId, BY)))
    expect(deletes.filter(({ status }) => status === 'fulfilled')).to.have.length(1)
    expect(await db('audit_events').where({ action: 'group.deleted' })).to.have.length(1)
  })

  it('that is deleted while people join leaves nobody in it', async () => {
    const { needs, count } = world()
    const people = await Promise.all(['a', 'b', 'c', 'd'].map(person))
    const { id: groupId } = await make('staff')
    const outcomes = await Promise.allSettled([
      ...people.slice(0, 2).map(({ id }) => addMember(needs, { groupId, accountId: id }, BY)),
      deleteGroup(needs, groupId, BY),
      ...people.slice(2).map(({ id }) => addMember(needs, { groupId, accountId: id }, BY)),
    ])
    for (const one of outcomes)
      if (one.status === 'rejected')
        expect(one.reason, String(one.reason)).to.include({ code: 'group_not_found' })
    expect(await count('group_members')).to.equal(0)
    for (const { id } of people) expect(await cached(id), id).to.eql([])
  })
})
