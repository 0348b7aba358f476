import { expect } from 'chai'
import { pageOfClients } from '../../src/clients/client-pages.ts'
import { findClient, rotateClientSecret, updateClient } from '../../src/clients/clients.ts'
import { createClient, deleteClient, disableClient, enableClient } from '../../src/clients/clients.ts'
import { rememberConsent } from '../../src/consents/consents.ts'
import type { EndedAccess } from '../../src/grant-store/access-endings.ts'
import { recordGrant } from '../../src/consents/account-grants.ts'
import { digest, createSealer, deriveKey } from '../../src/platform/tokens.ts'
import { DATABASES } from '../platform/change-feed-databases.ts'
import type { MigratedDatabase } from '../platform/change-feed-databases.ts'

const app = { client_name: 'Приложение 应用', redirect_uris: ['https://app.example.com/callback'] }

for (const { name, open } of DATABASES) {
  describe(`clients on ${name}`, () => {
    let database: MigratedDatabase
    let nowMs = 1_700_000_000_123
    const clock = () => nowMs
    const ended: string[][] = []
    const needs = {
      clock,
      sealer: createSealer([deriveKey('a secret', 'data')]),
      get db() {
        return database.db
      },
      noteEnded: async (_trx: unknown, { grantIdDigests }: EndedAccess) =>
        void ended.push(grantIdDigests.toSorted()),
    }

    before(async () => (database = await open()))
    after(() => database.drop())
    beforeEach(() => database.db('clients').delete())

    const version = async () => {
      const row = await database.db('changes').select('version').where({ topic: 'clients' }).first()
      return row?.version ?? 0
    }

    it('answer their registered metadata, and the secret once', async () => {
      const created = await createClient(database.db, { ...app, first_party: true }, needs)
      expect(created.client_secret).to.match(/^[\w-]{43}$/)
      expect(created).to.include({ client_id_issued_at: 1_700_000_000, client_secret_expires_at: 0 })

      const found = await findClient(database.db, created.client_id)
      const {
        client_id,
        client_id_issued_at: _,
        client_secret,
        client_secret_expires_at: __,
        ...rest
      } = created
      expect(found).to.eql({
        clientId: client_id,
        metadata: rest,
        registeredBy: null,
        logoId: null,
        lastUsedAtMs: null,
        disabledAtMs: null,
        createdAtMs: nowMs,
        updatedAtMs: nowMs,
      })
      expect(JSON.stringify(await pageOfClients(database.db, { limit: 100 }))).not.to.contain(client_secret!)
    })

    it('keep no secret that a stolen table would give away [S-4.5]', async () => {
      const methods = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt'] as const
      for (const token_endpoint_auth_method of methods) {
        const { client_secret } = await createClient(
          database.db,
          { ...app, token_endpoint_auth_method },
          needs,
        )
        const dump = JSON.stringify(await database.db('clients').select('*'))
        expect(dump, token_endpoint_auth_method).not.to.contain(client_secret!)
        expect(dump, token_endpoint_auth_method).not.to.contain(
          Buffer.from(client_secret!).toString('base64url'),
        )
      }
    })

    it('get no secret when they do not use one', async () => {
      const created = await createClient(database.db, { ...app, token_endpoint_auth_method: 'none' }, needs)
      expect(created).not.to.have.any.keys('client_secret', 'client_secret_expires_at')
    })

    it('change field by field, and keep their secret', async () => {
      const { client_id } = await createClient(database.db, app, needs)
      const before = await database.db('clients').select('secretHash').where({ clientId: client_id }).first()
      nowMs += 5
      const changes = { client_name: 'New', grant_types: ['client_credentials' as const] }
      const updated = await updateClient(database.db, client_id, changes, needs)
      expect(updated).to.deep.include({ response_types: [], ...changes })
      expect(updated)
        .to.deep.include({ redirect_uris: app.redirect_uris })
        .and.not.have.property('client_secret')
      expect((await findClient(database.db, client_id))?.updatedAtMs).to.equal(nowMs)
      const after = await database.db('clients').select('secretHash').where({ clientId: client_id }).first()
      expect(after).to.eql(before)
    })

    it('get a new secret when their method needs one in another form, and lose it when it needs none', async () => {
      const { client_id } = await createClient(database.db, app, needs)
      const change = (token_endpoint_auth_method: 'client_secret_jwt' | 'none' | 'client_secret_post') =>
        updateClient(database.db, client_id, { token_endpoint_auth_method }, needs)
      expect(await change('client_secret_post')).not.to.have.property('client_secret')
      expect(await change('client_secret_jwt')).to.have.property('client_secret')
      expect(await change('none')).not.to.have.property('client_secret')
      const row = await database.db('clients').select('secretHash', 'secretSealed').first()
      expect(row).to.eql({ secretHash: null, secretSealed: null })
      expect(await change('client_secret_post')).to.have.property('client_secret')
    })

    it('refuse a bad change and stay as they were', async () => {
      const { client_id } = await createClient(database.db, app, needs)
      const before = await findClient(database.db, client_id)
      const refused = await updateClient(
        database.db,
        client_id,
        { redirect_uris: ['nonsense'] },
        needs,
      ).catch((error: Error) => error)
      expect(refused).to.include({ code: 'invalid_redirect_uri', status: 400 })
      expect(await findClient(database.db, client_id)).to.eql(before)
    })

    it('get a new secret on demand', async () => {
      const created = await createClient(database.db, app, needs)
      const rotated = await rotateClientSecret(database.db, created.client_id, needs)
      expect(rotated.client_secret)
        .to.match(/^[\w-]{43}$/)
        .and.not.equal(created.client_secret)
      const open = await createClient(database.db, { ...app, token_endpoint_auth_method: 'none' }, needs)
      const refused = await rotateClientSecret(database.db, open.client_id, needs).catch(
        (error: Error) => error,
      )
      expect(refused).to.include({ code: 'client_has_no_secret', status: 400 })
    })

    it('note every change for other processes', async () => {
      const versions = [await version()]
      const { client_id } = await createClient(database.db, app, needs)
      const steps = [
        () => updateClient(database.db, client_id, { client_name: 'Other' }, needs),
        () => rotateClientSecret(database.db, client_id, needs),
        () => disableClient(database.db, client_id, clock),
        () => enableClient(database.db, client_id, clock),
        () => deleteClient(needs, client_id),
      ]
      versions.push(await version())
      for (const step of steps) {
        await step()
        versions.push(await version())
      }
      expect(versions.map((each) => each - versions[0])).to.eql([0, 1, 2, 3, 4, 5, 6])
    })

    it('are disabled, enabled and deleted, and say when they are not there', async () => {
      const { client_id } = await createClient(database.db, app, needs)
      expect(await disableClient(database.db, client_id, clock)).to.equal(true)
      expect((await findClient(database.db, client_id))?.disabledAtMs).to.equal(nowMs)
      expect(await enableClient(database.db, client_id, clock)).to.equal(true)
      expect((await findClient(database.db, client_id))?.disabledAtMs).to.equal(null)
      expect(await deleteClient(needs, client_id)).to.equal(true)

      expect(await findClient(database.db, client_id)).to.equal(undefined)
      expect(await disableClient(database.db, client_id, clock)).to.equal(false)
      expect(await deleteClient(needs, client_id)).to.equal(false)
      const refused = await updateClient(database.db, client_id, {}, needs).catch((error: Error) => error)
      expect(refused).to.include({ code: 'client_not_found', status: 404 })
    })

    it('take along what people gave them, so that an app of the same id one day begins with nothing', async () => {
      const { db } = database
      const [gone, stays] = [await createClient(db, app, needs), await createClient(db, app, needs)]
      await db('accounts').insert(
        ['one', 'two'].map((id) => ({
          id,
          email: `${id}@example.com`,
          emailCanonical: `${id}@example.com`,
          name: id,
          sessionsValidFromMs: 0,
          createdAtMs: nowMs,
          updatedAtMs: nowMs,
        })),
      )
      for (const { client_id: clientId } of [gone, stays])
        for (const accountId of ['one', 'two']) {
          await rememberConsent(db, accountId, clientId, { scopes: ['openid'] }, nowMs)
          const grantId = `${accountId} ${clientId}`
          await recordGrant(db, { grantId, accountId, clientId, createdAtMs: nowMs, expiresAtMs: nowMs + 1 })
        }
      expect(await deleteClient(needs, gone.client_id)).to.equal(true)

      const left = (table: string) => db(table).orderBy('accountId').select('accountId', 'clientId')
      const theirs = ['one', 'two'].map((accountId) => ({ accountId, clientId: stays.client_id }))
      expect(await left('consents')).to.eql(theirs)
      expect(await left('account_grants')).to.eql(theirs)
      const theGrants = ['one', 'two'].map((accountId) => digest(`${accountId} ${gone.client_id}`))
      expect(ended.flat().toSorted()).to.eql(theGrants.toSorted())
    })

    it('are found by their exact id only', async () => {
      const { client_id } = await createClient(database.db, app, needs)
      for (const other of [
        `${client_id} `,
        ` ${client_id}`,
        client_id.toUpperCase(),
        client_id.slice(0, -1),
      ]) {
        expect(await findClient(database.db, other), JSON.stringify(other)).to.equal(undefined)
      }
    })

    it('are listed newest first, page by page', async () => {
      for (const client_name of ['one', 'two', 'three']) {
        nowMs += 1
        await createClient(database.db, { ...app, client_name }, needs)
      }
      const names = async (page: { limit: number; skip?: number }) =>
        (await pageOfClients(database.db, page)).clients.map(({ metadata }) => metadata.client_name)
      expect(await names({ limit: 100 })).to.eql(['three', 'two', 'one'])
      expect(await names({ limit: 1, skip: 1 })).to.eql(['two'])
    })

    it('keep both of two changes made at once', async () => {
      const { client_id } = await createClient(database.db, app, needs)
      await Promise.all([
        updateClient(database.db, client_id, { client_name: 'Renamed' }, needs),
        updateClient(database.db, client_id, { client_uri: 'https://app.example.com/' }, needs),
      ])
      const found = await findClient(database.db, client_id)
      expect(found?.metadata).to.include({ client_name: 'Renamed', client_uri: 'https://app.example.com/' })
    })
  })
}
