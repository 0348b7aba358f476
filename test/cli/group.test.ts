import { expect } from 'chai'
import { embeddedPlace } from './command-line.ts'

describe('cli group', () => {
  const place = embeddedPlace()

  before(async () => {
    for (const name of ['ada', 'bob'])
      await place.json([
        'account',
        'create',
        '--email',
        `${name}@example.com`,
        '--password',
        'violet kettle 41',
      ])
    await place.json(['group', 'create', '--name', 'Staff', '--description', 'All of us'])
  })
  after(place.remove)

  it('creates a group, and names the one that is in the way', async () => {
    const made = await place.json(['group', 'create', '--name', 'Night shift'])
    expect(made).to.include({ name: 'Night shift', members: 0 })
    expect(await place.refused(['group', 'create', '--name', 'STAFF'])).to.eql({
      error: 'group_exists',
      error_description:
        'There is a group STAFF already. Names that differ only in case or Unicode form are the same.',
    })
    const empty = await place.refused(['group', 'create', '--name', ' '])
    expect(empty.error_description).to.equal('The name of the group is not valid: it is empty.')
  })

  it('adds people by address, shows them, and removes them', async () => {
    const both = ['--account', 'ada@example.com', '--account', 'bob@example.com']
    const added = await place.json(['group', 'add', 'staff', ...both])
    expect(added).to.include({ name: 'Staff', members: 2, changed: 2, unchanged: 0 })
    expect(await place.json(['group', 'add', 'staff', ...both])).to.include({ changed: 0, unchanged: 2 })
    const text = await place.text(['group', 'show', 'staff'])
    expect(text)
      .to.match(/^members +2$/m)
      .and.match(/ada@example\.com/)
    const first = await place.json(['group', 'show', 'staff', '--limit', '1'])
    const rest = await place.json(['group', 'show', 'staff', '--after', String(first['next'])])
    const emails = [first, rest].flatMap((page) => page['accounts'] as { email: string }[])
    expect(emails.map(({ email }) => email)).to.have.members(['ada@example.com', 'bob@example.com'])
    expect(await place.text(['account', 'show', 'ada@example.com'])).to.match(/^groups +Staff$/m)
    const removed = await place.json(['group', 'remove', 'staff', '--account', 'bob@example.com'])
    expect(removed).to.include({ members: 1, changed: 1 })
  })

  it('changes nothing when one of the accounts is misspelt', async () => {
    const accounts = ['--account', 'bob@example.com', '--account', 'nobody@example.com']
    expect(await place.refused(['group', 'add', 'staff', ...accounts])).to.include({
      error: 'account_not_found',
    })
    expect(await place.json(['group', 'show', 'staff'])).to.include({ members: 1 })
  })

  it('lists, renames, describes and deletes', async () => {
    expect(await place.text(['group', 'list'])).to.match(
      /^ID +NAME +MEMBERS +DESCRIPTION\n.*Night shift +0\n.*Staff +1/,
    )
    const found = await place.json(['group', 'list', '--search', 'NIGHT'])
    expect(found['groups']).to.have.length(1)
    const renamed = await place.json(['group', 'update', 'staff', '--name', 'Employees', '--description', ''])
    expect(renamed).to.include({ name: 'Employees', description: '', members: 1 })
    expect(await place.refused(['group', 'show', 'staff'])).to.include({ error: 'group_not_found' })
    expect((await place.refused(['group', 'update', 'employees'])).error).to.equal('usage')
    expect(await place.text(['group', 'delete', 'employees'])).to.match(/^Deleted the group Employees \(/)
    expect(await place.text(['group', 'list', '--search', 'emp'])).to.equal('No groups.')
  })
})
