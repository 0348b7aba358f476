import { expect } from 'chai'
import { createResource, deleteResource, listResources } from '../../../src/resources/resources.ts'
import { describeDetails } from '../../../src/provider/requests/authorization-details.ts'
import { listDetailsTypes } from '../../../src/resources/details-type.ts'
import type { DetailsTypeInput } from '../../../src/resources/details-type.ts'
import { createSealer, deriveKey } from '../../../src/platform/tokens.ts'
import { DATABASES } from '../../platform/change-feed-databases.ts'
import type { MigratedDatabase } from '../../platform/change-feed-databases.ts'
import { given } from '../../../src/words/message.ts'

const payment: DetailsTypeInput = {
  type: 'payment',
  title: 'Pay once',
  fields: { to: { label: 'To', required: true } },
}

for (const { name, open } of DATABASES)
  describe(`types of authorization details on ${name}`, () => {
    let database: MigratedDatabase
    const needs = { clock: () => 1_700_000_000_000, sealer: createSealer([deriveKey('a secret', 'data')]) }
    const create = (identifier: string, types: unknown[]) =>
      createResource(
        database.db,
        { identifier, authorization_details_types: types as DetailsTypeInput[] },
        needs,
      ).then(
        () => 'created',
        ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
      )

    before(async () => (database = await open()))
    after(() => database.drop())
    beforeEach(async () => {
      for (const table of ['authorization_details_types', 'resources', 'clients'])
        await database.db(table).delete()
    })

    it('come and go with their resource server', async () => {
      expect(await create('https://bank.example/', [payment])).to.equal('created')
      expect(await listDetailsTypes(database.db)).to.eql([{ ...payment, resource: 'https://bank.example/' }])
      expect(await listDetailsTypes(database.db, 'https://other.example/')).to.eql([])
      await deleteResource(database.db, 'https://bank.example/')
      expect(await listDetailsTypes(database.db)).to.eql([])
    })

    it('belong to one resource server, also when two are registered at once', async () => {
      const both = await Promise.all([
        create('https://one.example/', [payment]),
        create('https://two.example/', [payment]),
      ])
      expect(both.filter((outcome) => outcome === 'created')).to.have.length(1)
      expect(both.find((outcome) => outcome !== 'created')).to.match(/^authorization_details_type_exists: /)
      expect(await listResources(database.db)).to.have.length(1)
    })

    it('are refused where a field could not be shown, with the reason', async () => {
      const faults: [object, RegExp][] = [
        [{ type: '' }, /type/],
        [{ type: '__proto__' }, /type/],
        [{ title: '' }, /title/],
        [{ fields: { to: {} } }, /fields\.to\.label/],
        [{ fields: { type: { label: 'Type' } } }, /not yours to define/],
        [{ fields: { locations: { label: 'Where' } } }, /not yours to define/],
        [{ fields: { 'a b': { label: 'x' } } }, /fields/],
        [{ fields: { to: { label: 'To', kind: 'group' } } }, /a group, and nothing else/],
        [{ fields: { to: { label: 'To', fields: {} } } }, /a group, and nothing else/],
        [{ fields: { to: { label: 'To', kind: 'number', values: ['1'] } } }, /values go with/],
        [{ fields: { to: { label: 'To', secret: true } } }, /secret/],
      ]
      for (const [bent, reason] of faults) {
        const outcome = await create('https://bank.example/', [{ ...payment, ...bent }])
        expect(outcome, JSON.stringify(bent)).to.match(/^invalid_resource: /)
        expect(outcome, JSON.stringify(bent)).to.match(reason)
      }
    })
  })

describe('authorization details in words', () => {
  it('show what came also for a type that is gone', () => {
    const words = describeDetails([], [{ type: 'payment', to: 'Sample Shop' }])
    const value = given('{"to":"Sample Shop"}')
    expect(words).to.eql([{ title: given('payment'), rows: [{ label: 'scope-details', value }] }])
  })
})
