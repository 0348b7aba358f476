import { expect } from 'chai'
import { embeddedPlace } from './command-line.ts'
import type { Place } from './command-line.ts'

describe('cli client set-groups', () => {
  let place: Place
  let id: string
  let staff: { id: string }
  before(async () => {
    place = embeddedPlace()
    await place.json(['migrate'])
    staff = await place.json(['group', 'create', '--name', 'Staff'])
    id = (
      await place.json(['client', 'create', '--name', 'Payroll', '--redirect-uri', 'https://a.example/cb'])
    ).client_id
  })
  after(() => place.remove())

  it('limits a client to groups, shows their names, and opens it to everybody again', async () => {
    const limited = await place.json(['client', 'set-groups', id, '--group', 'sTaFF'])
    expect(limited).to.eql({
      client_id: id,
      client_name: 'Payroll',
      allowed_groups: [staff.id],
      allowed_group_names: ['Staff'],
    })
    expect(await place.json(['client', 'show', id])).to.deep.include({
      allowed_groups: [staff.id],
      allowed_group_names: ['Staff'],
    })
    expect((await place.refused(['group', 'delete', 'staff'])).error).to.equal('group_in_use')
    expect(await place.json(['client', 'set-groups', id])).to.include({ allowed_groups: null })
    expect(await place.json(['client', 'show', id])).not.to.have.property('allowed_groups')
    await place.json(['group', 'delete', 'staff'])
  })

  it('names a group that is not there, and leaves the client as it is', async () => {
    const refused = await place.refused(['client', 'set-groups', id, '--group', 'nobody'])
    expect(refused.error).to.equal('invalid_client_metadata')
    expect(refused.error_description).to.contain('"nobody"')
  })
})
