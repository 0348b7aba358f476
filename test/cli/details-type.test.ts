import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Parts } from '../../src/process/start/parts.ts'
import { embeddedPlace, mistakeOf } from './command-line.ts'

describe('cli resource create --authorization-details-type', () => {
  const place = embeddedPlace()
  const file = (name: string, content: string) => {
    const path = join(place.folder, name)
    writeFileSync(path, content)
    return path
  }
  const create = (identifier: string, path: string) => [
    'resource',
    'create',
    '--identifier',
    identifier,
    '--scope',
    'pay',
    '--authorization-details-type',
    path,
  ]

  let parts: Parts
  const mistake = async (args: string[]) => (await mistakeOf(parts, args)).error_description

  before(async () => {
    parts = await place.prepared()
  })
  after(place.remove)

  it('registers the types of a file, and shows their names', async () => {
    const type = { type: 'payment', title: 'Pay once', fields: { to: { label: 'To', required: true } } }
    const path = file('payment.json', JSON.stringify(type))
    await place.json(create('https://bank.example/', path))
    const shown = await place.json(['resource', 'show', 'https://bank.example/'])
    expect(shown['authorization_details_types']).to.eql(['payment'])
    expect(await mistake(create('https://other.example/', path))).to.contain('registered already')
  })

  it('says what is wrong with a file, without its content', async () => {
    const broken = await mistake(create('https://x.example/', file('broken.json', '{ "secret": ')))
    expect(broken).to.contain('is not JSON').and.not.to.contain('secret')
    expect(await mistake(create('https://x.example/', join(place.folder, 'none')))).to.contain(
      'cannot be read',
    )
    const empty = await mistake(create('https://x.example/', file('empty.json', '{}')))
    expect(empty).to.contain('authorization_details_types.0.title')
  })
})
