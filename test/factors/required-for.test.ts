import { expect } from 'chai'
import { isFactorRequired } from '../../src/factors/required-factor.ts'
import { createGroup } from '../../src/groups/groups.ts'
import { addMember } from '../../src/groups/members.ts'
import { onEachDatabase } from '../accounts/account-world.ts'
import { read } from '../settings/environment.ts'

onEachDatabase('the rule who needs a second factor', (world) => {
  it('names everybody, a role or groups, in any spelling of their names [S-2.140]', async () => {
    const { needs, add } = world()
    const admin = await add({ email: 'ada@example.com', roles: ['admin'] })
    const member = await add({ email: 'bob@example.com' })
    const other = await add({ email: 'cyd@example.com' })
    const first = await add({ email: 'dan@example.com', secondFactorDue: true })
    const group = await createGroup(needs, { name: 'Bank Tellers' }, { actor: 'cli' })
    await addMember(needs, { groupId: group.id, accountId: member.id }, { actor: 'cli' })
    const named = async (setting?: string) => {
      const config = read(setting === undefined ? {} : { ACCOUNT_SERVER_REQUIRE_SECOND_FACTOR: setting })
      const people = [admin, member, other, first]
      return Promise.all(people.map((one) => isFactorRequired({ ...needs, config }, one)))
    }
    expect(await named()).to.eql([false, false, false, true])
    expect(await named('role:admin')).to.eql([true, false, false, true])
    expect(await named('group:bank tellers, role:admin')).to.eql([true, true, false, true])
    expect(await named('everybody')).to.eql([true, true, true, true])
  })
})
