import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { createClient, findClient } from '../../src/clients/clients.ts'
import { createGroup, findGroupByEither } from '../../src/groups/groups.ts'
import { embeddedPlace, PLACES } from '../cli/command-line.ts'
import type { Place } from '../cli/command-line.ts'
import type { Parts } from '../../src/process/start/parts.ts'

const CLI = { actor: 'cli' }
const CLAIMS = {
  department: { value: 'sales' },
  login: { field: 'username' },
  chief: { group: 'Staff' },
} as const

for (const [name, openPlace] of Object.entries(PLACES))
  describe(`who may use an app, and what it gets, in an export and an import, to ${name}`, () => {
    const from = embeddedPlace()
    const file = join(from.folder, 'moving.ndjson')
    let clientId: string
    let to: Place
    let target: Parts

    before(async () => {
      const server = await from.prepared()
      const { id } = await createGroup(server, { name: 'Staff', description: 'All' }, CLI)
      await createGroup(server, { name: 'Board' }, CLI)
      const input = {
        client_name: 'Payroll',
        redirect_uris: ['https://payroll.example/back'],
        allowed_groups: [id, 'board'],
        custom_claims: CLAIMS,
      }
      clientId = (await createClient(server.db, input, server)).client_id
      await from.json(['export', file])
    })
    after(from.remove)
    beforeEach(async () => {
      to = await openPlace()
      target = await to.prepared()
    })
    afterEach(async () => to.remove())

    /** The names of the groups that an app here is for. */
    async function groupsOfApp(id: string): Promise<string[]> {
      const { metadata } = (await findClient(target.db, id))!
      const all = metadata.allowed_groups ?? []
      return Promise.all(
        all.map(async (one) => (await findGroupByEither(target.db, one))?.name ?? `lost ${one}`),
      )
    }

    /** The export with another line for the app. */
    function changed(change: (metadata: Record<string, unknown>) => object): string {
      const lines = readFileSync(file, 'utf8').trim().split('\n')
      const other = lines.map((line) => {
        const value = JSON.parse(line) as { type: string; metadata: Record<string, unknown> }
        return value.type === 'client' ? JSON.stringify({ ...value, metadata: change(value.metadata) }) : line
      })
      const path = join(to.folder, 'changed.ndjson')
      writeFileSync(path, `${other.join('\n')}\n`)
      return path
    }

    it('are the same after it, and the file names groups as people do', async () => {
      expect(readFileSync(file, 'utf8')).to.contain('"allowed_groups":["Staff","Board"]')
      const report = await to.json(['import', file])
      expect(report['others']).to.deep.include({ clients: { imported: 1, already_here: 0, refused: 0 } })
      expect(await groupsOfApp(clientId)).to.eql(['Staff', 'Board'])
      expect((await findClient(target.db, clientId))!.metadata.custom_claims).to.eql(CLAIMS)
    })

    it('follow the names where a group here has another id', async () => {
      const { id } = await createGroup(target, { name: 'STAFF' }, CLI)
      await to.json(['import', file])
      expect(await groupsOfApp(clientId)).to.eql(['STAFF', 'Board'])
      expect((await findClient(target.db, clientId))!.metadata.allowed_groups).to.include(id)
    })

    it('create a group that only an app names, and not in a dry run', async () => {
      const typed = changed((metadata) => ({ ...metadata, allowed_groups: ['Night shift'] }))
      const dry = await to.json(['import', typed, '--dry-run'])
      expect(await findGroupByEither(target.db, 'Night shift')).to.equal(undefined)
      expect({ ...(await to.json(['import', typed])), dry_run: true }).to.eql(dry)
      expect(await groupsOfApp(clientId)).to.eql(['Night shift'])
    })

    it('keep ids of groups, as in an export of the release before', async () => {
      const { id } = await createGroup(target, { name: 'Staff' }, CLI)
      const typed = changed((metadata) => ({ ...metadata, allowed_groups: [id] }))
      await to.json(['import', typed])
      expect((await findClient(target.db, clientId))!.metadata.allowed_groups).to.eql([id])
    })

    it('refuse the app where they cannot be, with the reason', async () => {
      for (const [change, words] of [
        [{ custom_claims: { login: { field: 'shoe_size' } } }, 'field (id, email, email_verified'],
        [{ custom_claims: { email: { value: 'x' } } }, 'fixed meaning'],
        [{ allowed_groups: [] }, 'allowed_groups'],
        [{ allowed_groups: ['Two\nlines'] }, 'control characters'],
      ] as const) {
        const report = await to.json([
          'import',
          changed((metadata) => ({ ...metadata, ...change })),
          '--dry-run',
        ])
        const [example] = report['examples'] as { line: number; why: string }[]
        expect(report['others'], words).to.deep.include({
          clients: { imported: 0, already_here: 0, refused: 1 },
        })
        expect(example?.line, words).to.be.greaterThan(1)
        expect(example?.why, words).to.contain(words)
      }
    })
  })

describe('the claims of an app from Keycloak', () => {
  it('are its mappers, as far as they have a place here', async () => {
    const place = embeddedPlace()
    const target = await place.prepared()
    const map = (protocolMapper: string, claim: string, config: Record<string, string>) => ({
      name: claim,
      protocolMapper: `oidc-${protocolMapper}-mapper`,
      config: { 'claim.name': claim, ...config },
    })
    const protocolMappers = [
      map('usermodel-attribute', 'first', { 'user.attribute': 'firstName' }),
      map('usermodel-property', 'login', { 'user.attribute': 'username' }),
      map('hardcoded-claim', 'tenant', { 'claim.value': 'north', 'jsonType.label': 'String' }),
      map('hardcoded-claim', 'level', { 'claim.value': '3', 'jsonType.label': 'int' }),
      map('hardcoded-claim', 'beta', { 'claim.value': 'true', 'jsonType.label': 'boolean' }),
      map('hardcoded-claim', 'email', { 'claim.value': 'x', 'jsonType.label': 'String' }),
      map('hardcoded-claim', 'address.city', { 'claim.value': 'x', 'jsonType.label': 'String' }),
      map('usermodel-attribute', 'shoes', { 'user.attribute': 'shoe_size' }),
      map('group-membership', 'groups', { 'full.path': 'true' }),
      map('script', 'script', {}),
    ]
    const client = { clientId: 'shop', secret: 'x'.repeat(32), redirectUris: ['https://shop.example/'] }
    const file = join(place.folder, 'realm.json')
    writeFileSync(file, JSON.stringify({ realm: 'r', users: [], clients: [{ ...client, protocolMappers }] }))
    const report = await place.json(['import', file, '--format', 'keycloak'])
    const left = Object.keys(report['left_out'] as object).filter((one) => one.startsWith('mapper'))
    expect(left).to.have.members(
      ['email', 'address.city', 'shoes', 'groups', 'script'].map((one) => `mapper ${one}`),
    )
    expect((await findClient(target.db, 'shop'))!.metadata.custom_claims).to.eql({
      first: { field: 'given_name' },
      login: { field: 'username' },
      tenant: { value: 'north' },
      level: { value: 3 },
      beta: { value: true },
    })
    await place.remove()
  })
})
