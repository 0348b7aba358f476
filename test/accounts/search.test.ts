import { expect } from 'chai'
import { setAddress } from '../../src/accounts/operator/operator-address.ts'
import { updateProfile } from '../../src/accounts/profile.ts'
import { listAccounts } from '../../src/accounts/search/account-list.ts'
import { placeText } from '../../src/accounts/search/matches.ts'
import { isSqlite } from '../../src/platform/sql/database.ts'
import type { Db } from '../../src/platform/sql/database.ts'
import { onEachDatabase } from './account-world.ts'
import type { World } from './account-world.ts'
import { addMany, FEW_READS, notePlans, readsOf } from './reading-cost.ts'

const BY = { actor: 'cli' }

onEachDatabase('A search of accounts', (world) => {
  const find = async (search: string) =>
    (await listAccounts(world().db, { search })).accounts.map(({ email }) => email)

  it('finds by the beginning of an address, a user name, a name, and another part of a name', async () => {
    const { add } = world()
    const ada = await add({ email: 'Ada.L@example.com', name: 'Augusta Ada King', username: 'Countess' })
    await add({ email: 'nagy@example.org', name: 'Nagy Anna', familyName: 'Nagy', givenName: 'Anna' })
    await add({ email: 'only-parts@example.org', givenName: 'María', familyName: 'García López' })
    for (const text of [
      'ADA.L@EXAMPLE',
      ' ada.l ',
      'count',
      'augusta  ada',
      'king',
      ada.id,
      ada.id.slice(0, 13),
    ])
      expect(await find(text), text).to.deep.equal(['Ada.L@example.com'])
    expect(await find(ada.id.toUpperCase().slice(0, 13))).to.deep.equal(['Ada.L@example.com'])
    for (const text of ['nagy a', 'anna', 'nag'])
      expect(await find(text), text).to.deep.equal(['nagy@example.org'])
    for (const text of ['maria', 'MARÍA G', 'garcia lo'])
      expect(await find(text), text).to.deep.equal(['only-parts@example.org'])
    for (const text of [
      'xample',
      'gusta',
      'example.com',
      '%',
      '_',
      '!',
      "'; drop table accounts; --",
      '\u0301',
    ])
      expect(await find(text), text).to.deep.equal([])
  })

  it('finds everybody of a domain by its beginning with the @', async () => {
    const { add } = world()
    for (const email of ['a@example.com', 'b@example.org', 'c@sub.example.com']) await add({ email })
    expect(await find('@EXAMPLE.c')).to.deep.equal(['a@example.com'])
    expect(await find('@example')).to.deep.equal(['a@example.com', 'b@example.org'])
    expect(await find('@')).to.have.length(3)
  })

  it('takes letters as people type them: without case, accents and special signs', async () => {
    const names = [
      'Łukasz Żak',
      'Жанна Ёлкина',
      'Søren Æbelø',
      'Ὀδυσσεύς',
      'Straße',
      'Siân O’Neill',
      '张伟',
      'が 김철수',
    ]
    for (const [at, name] of names.entries()) await world().add({ email: `p${at}@example.com`, name })
    const typed: [string, number][] = [
      ['lukasz z', 0],
      ['ŁUKASZ', 0],
      ['жанна ел', 1],
      ['елк', 1],
      ['soren', 2],
      ['aebelo', 2],
      ['οδυσσευς', 3],
      ['ΟΔΥΣΣΕΥΣ', 3],
      ['STRASS', 4],
      ["sian o'n", 5],
      ['o’neill', 5],
      ['张', 6],
      ['김', 7],
    ]
    for (const [text, at] of typed) expect(await find(text), text).to.deep.equal([`p${at}@example.com`])
  })

  it('does not take a short text for the beginning of an id', async () => {
    const { db, add } = world()
    for (let n = 0; n < 40; n += 1) await add({ email: `p${n}@example.com` })
    for (const digit of '0123456789abcdef') expect(await find(digit), digit).to.deep.equal([])
    await db('accounts').where({ emailCanonical: 'p7@example.com' }).update({ id: '42' })
    expect(await find('42'), 'a whole id').to.deep.equal(['p7@example.com'])
  })

  it('gives everybody once, in one order, on pages of any size', async () => {
    await addCrowd(world())
    const whole = await pages(world().db, 200)
    expect(whole).to.have.length(120)
    expect(new Set(whole).size).to.equal(120)
    for (const limit of [1, 7, 119, 120])
      expect(await pages(world().db, limit), `pages of ${limit}`).to.deep.equal(whole)
    const skipped = await listAccounts(world().db, { search: 'ann', limit: 5, skip: 17 })
    expect(skipped.accounts.map(({ email }) => email)).to.deep.equal(whole.slice(17, 22))
  })

  it('keeps its place while people come and go', async () => {
    const { db, add } = world()
    await addCrowd(world())
    const whole = await pages(db, 200)
    const first = await listAccounts(db, { search: 'ann', limit: 10 })
    await add({ email: 'ann@example.com' })
    await db('accounts').where({ id: first.accounts[9]!.id }).delete()
    const second = await listAccounts(db, { search: 'ann', limit: 10, after: first.next })
    expect(second.accounts.map(({ email }) => email)).to.deep.equal(whole.slice(10, 20))
  })

  it('refuses a cursor that is none', async () => {
    for (const after of ['nonsense', '5.x', Buffer.from('["a"]').toString('base64url')]) {
      const refused = await listAccounts(world().db, { search: 'a', after }).catch((error: unknown) => error)
      expect(refused, after).to.include({ code: 'invalid_cursor' })
    }
  })

  it('follows each change of a name and of an address', async () => {
    const { db, needs, add } = world()
    const { id } = await add({ email: 'ada@example.com', name: 'Ada King' })
    await updateProfile(db, id, { name: 'Grace Hopper' }, 7, BY)
    expect(await find('ada k')).to.deep.equal([])
    expect(await find('hopp')).to.deep.equal(['ada@example.com'])
    await updateProfile(db, id, { familyName: 'Murray' }, 8, BY)
    expect(await find('murr')).to.deep.equal(['ada@example.com'])
    await setAddress(needs, id, { ...BY, email: 'grace@example.org', verified: true })
    expect(await find('@example.com')).to.deep.equal([])
    expect(await find('@example.org')).to.deep.equal(['grace@example.org'])
  })

  it('walks through no table: each step enters an index and sorts nothing but a page', async () => {
    const { db } = world()
    await addMany(world(), 3000)
    const half = placeText({ term: '@example.com', id: '5' })
    const seen = isSqlite(db) ? notePlans(db) : undefined
    if (!isSqlite(db)) await db.raw('analyze table accounts')
    for (const search of ['', 'a', 'ann lee 7', '@', 'ann', 'nobody']) {
      const first = await readsOf(db, { search })
      expect(first.reads, `${search}, the first page`).to.be.below(FEW_READS)
      const after = search === '@' ? half : first.next
      const later = after && (await readsOf(db, { search, after }))
      if (later) expect(later.reads, `${search}, a later page`).to.be.below(FEW_READS)
    }
    expect((await seen?.()) ?? []).to.deep.equal([])
  })
})

async function addCrowd({ add }: World): Promise<void> {
  for (let n = 0; n < 120; n += 1)
    await add({
      email: `ann${n % 3 === 0 ? '' : '.'}${n}@example.com`,
      ...(n % 2 === 0 && { name: 'Ann Lee' }),
      ...(n % 5 === 0 && { username: `ann${n}` }),
      ...(n % 7 === 0 && { givenName: 'Lee', familyName: 'Ann' }),
    })
}

async function pages(db: Db, limit: number): Promise<string[]> {
  const seen: string[] = []
  let after: string | undefined
  do {
    const page = await listAccounts(db, { search: 'ann', limit, after })
    seen.push(...page.accounts.map(({ email }) => email))
    after = page.next
  } while (after)
  return seen
}
