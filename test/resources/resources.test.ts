import { expect } from 'chai'
import { pino } from 'pino'
import { findClient } from '../../src/clients/clients.ts'
import {
  createResource,
  createResourceCache,
  deleteResource,
  findResource,
  listResources,
  updateResource,
} from '../../src/resources/resources.ts'
import type { ResourceChanges, ResourceInput } from '../../src/resources/resources.ts'
import { listDetailsTypes } from '../../src/resources/details-type.ts'
import { createChangeFeed } from '../../src/platform/sql/change-feed.ts'
import { createSealer, deriveKey } from '../../src/platform/tokens.ts'
import { DATABASES } from '../platform/change-feed-databases.ts'
import type { MigratedDatabase } from '../platform/change-feed-databases.ts'

const ledger = {
  identifier: 'https://ledger.example.com/api',
  scope: 'ledger:read  ledger:write ledger:read',
}

for (const { name, open } of DATABASES) {
  describe(`resource servers on ${name}`, () => {
    let database: MigratedDatabase
    const clock = () => 1_700_000_000_000
    const needs = { clock, sealer: createSealer([deriveKey('a secret', 'data')]) }
    const create = (input: ResourceInput) => createResource(database.db, input, needs)
    const refusal = (input: unknown) => create(input as ResourceInput).catch((error: Error) => error)

    before(async () => (database = await open()))
    after(() => database.drop())
    beforeEach(async () => {
      await database.db('resources').delete()
      await database.db('clients').delete()
      await database.db('authorization_details_types').delete()
    })

    it('are registered with a client that may only introspect', async () => {
      const { resource, client } = await create({ ...ledger, name: 'Ledger' })
      expect(resource).to.eql({
        identifier: 'https://ledger.example.com/api',
        name: 'Ledger',
        scopes: 'ledger:read ledger:write',
        scopeTexts: {},
        accessTokenFormat: 'opaque',
        accessTokenTtlSeconds: null,
        accessTokenAlg: null,
        clientId: client.client_id,
        createdAtMs: clock(),
      })
      expect(client).to.deep.include({
        client_name: 'Ledger',
        grant_types: [],
        response_types: [],
        scope: '',
      })
      expect(client.client_secret).to.match(/^[\w-]{43}$/)
      expect(await findResource(database.db, ledger.identifier)).to.eql(resource)
      expect((await findClient(database.db, client.client_id))?.metadata.client_name).to.equal('Ledger')
    })

    it('may take JWT access tokens of a life of their own', async () => {
      const { resource } = await create({ ...ledger, format: 'jwt', access_token_ttl_seconds: 300 })
      expect(resource).to.include({ accessTokenFormat: 'jwt', accessTokenTtlSeconds: 300 })
      expect(await findResource(database.db, ledger.identifier)).to.eql(resource)
    })

    it('are found by their exact identifier only', async () => {
      await create(ledger)
      for (const other of [
        `${ledger.identifier}/`,
        'https://LEDGER.example.com/api',
        `${ledger.identifier} `,
      ]) {
        expect(await findResource(database.db, other), other).to.equal(undefined)
      }
    })

    it('are registered once, and a second attempt leaves no client behind', async () => {
      const attempts = await Promise.allSettled([create(ledger), create(ledger)])
      expect(attempts.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected'])
      expect(await refusal(ledger)).to.include({ code: 'resource_exists', status: 409 })
      expect(await database.db('clients').select('clientId')).to.have.length(1)
    })

    it('are refused with every mistake named', async () => {
      const faults: [object, RegExp][] = [
        [{ identifier: 'ledger' }, /identifier: "ledger": is not an absolute URI/],
        [{ identifier: 'https://ledger.example.com/#x' }, /fragment/],
        [{ identifier: 'ftp://x' }, /identifier: "ftp:\/\/x": must be an https address, a URN/],
        [{ identifier: 'http://ledger.example.com/' }, /http is taken only for localhost/],
        [{ identifier: 'https://me:secret@ledger.example.com/' }, /user name or password/],
        [{ identifier: '/api' }, /is not an absolute URI/],
        [{ scope: 'ledger:read,ledger:write' }, /scope: separate scopes by spaces, not by commas/],
        [{ identifier: `https://e.example/${'x'.repeat(500)}` }, /identifier/],
        [{ scope: 'openid ledger:read' }, /scope: openid, .* belong to the provider itself/],
        [{ scope: 'a"b' }, /scope/],
        [{ format: 'xml' }, /format: takes opaque or jwt/],
        [{ access_token_ttl_seconds: 0 }, /access_token_ttl_seconds/],
        [{ colour: 'blue' }, /colour/],
      ]
      for (const [more, message] of faults) {
        const error = await refusal({ ...ledger, ...more })
        expect(error, JSON.stringify(more)).to.include({ code: 'invalid_resource', status: 400 })
        expect((error as Error).message, JSON.stringify(more)).to.match(message)
      }
      const both = await refusal({ identifier: 'ledger', scope: 'openid' })
      expect((both as Error).message)
        .to.match(/identifier/)
        .and.match(/scope/)
    })

    it('are changed in what is named, and keep their client and everything else', async () => {
      const payment = { type: 'payment', title: 'Pay', fields: { to: { label: 'To' } } }
      const { resource } = await create({
        ...ledger,
        scope_texts: { 'ledger:read': 'See your balance', 'ledger:write': 'Pay' },
        authorization_details_types: [payment],
      })
      const update = (changes: ResourceChanges) =>
        updateResource(database.db, ledger.identifier, changes, needs)
      await update({ scope: 'ledger:read ledger:close', scope_texts: { 'ledger:close': 'Close it' } })
      await update({ scope_texts: { 'ledger:read': '' }, access_token_ttl_seconds: 60 })
      await update({ authorization_details_types: [{ ...payment, title: 'Pay once' }] })
      await update({ name: 'Ledger' })
      const found = await findResource(database.db, ledger.identifier)
      expect(found).to.eql({
        ...resource,
        name: 'Ledger',
        scopes: 'ledger:read ledger:close',
        scopeTexts: { 'ledger:close': 'Close it' },
        accessTokenTtlSeconds: 60,
      })
      const types = await listDetailsTypes(database.db, ledger.identifier)
      expect(types.map(({ title }) => title)).to.eql(['Pay once'])
    })

    it('are not changed into what could not be registered', async () => {
      await create({ ...ledger, authorization_details_types: [] })
      const other = { type: 'transfer', title: 'Transfer', fields: { to: { label: 'To' } } }
      await create({ identifier: 'urn:example:other', authorization_details_types: [other] })
      const refused = (changes: object, identifier = ledger.identifier) =>
        updateResource(database.db, identifier, changes, needs).catch((error: Error) => error)
      expect(await refused({ scope: 'openid' })).to.include({ code: 'invalid_resource' })
      expect(await refused({ format: 'jwt' })).to.include({ code: 'invalid_resource' })
      expect(await refused({ scope_texts: { 'ledger:nothing': 'Words' } }))
        .to.have.property('message')
        .that.contains('ledger:nothing is not among its scopes')
      expect(await refused({ authorization_details_types: [other] })).to.include({
        code: 'authorization_details_type_exists',
      })
      expect(await refused({ name: 'X' }, `${ledger.identifier}/`)).to.include({ code: 'resource_not_found' })
      expect(await refusal({ ...ledger, identifier: 'urn:x', scope_texts: { a: 'A' } })).to.include({
        code: 'invalid_resource',
      })
    })

    it('are deleted together with their client', async () => {
      const { client } = await create(ledger)
      await create({ identifier: 'urn:example:other' })
      expect(await deleteResource(database.db, ledger.identifier)).to.equal(true)
      expect(await findClient(database.db, client.client_id)).to.equal(undefined)
      expect((await listResources(database.db)).map(({ identifier }) => identifier)).to.eql([
        'urn:example:other',
      ])
      expect(await deleteResource(database.db, ledger.identifier)).to.equal(false)
    })

    it('are known to another process at its next poll, and gone at the one after their deletion', async () => {
      const db = database.openAnother()
      const feed = createChangeFeed({ db, clock, log: pino({ level: 'silent' }) })
      const cache = createResourceCache({ db, clock, feed, own: [] })
      await feed.check()
      expect(await cache.get(ledger.identifier)).to.equal(undefined)
      await create(ledger)
      await feed.check()
      expect(await cache.get(ledger.identifier)).to.include({ identifier: ledger.identifier })
      await deleteResource(database.db, ledger.identifier)
      await feed.check()
      expect(await cache.get(ledger.identifier)).to.equal(undefined)
    })
  })
}
