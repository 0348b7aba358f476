/** What another request changes while this one waits for the row. */
import { expect } from 'chai'
import { lockWaits } from '../support/lock-waits.ts'
import { CALLBACK } from '../provider/relying-party.ts'
import { STAGES, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

type Row = { path: string; table: string; where: Record<string, string>; change: Record<string, string> }

describe('a change of a row that another request changes at once', () => {
  let stage: Stage
  let api: Api
  let token: string

  before(async () => {
    stage = await STAGES[1].stage()
    api = await createCaller(stage, [
      'accounts:read',
      'accounts:manage',
      'accounts:delete',
      'accounts:factors',
      'clients:read',
      'clients:manage',
      'resources:read',
      'resources:manage',
    ])
    token = await api.ownToken()
  })

  async function account(): Promise<Row> {
    const { id } = await stage.person()
    return { path: `/accounts/${id}`, table: 'accounts', where: { id }, change: { givenName: 'Eve' } }
  }
  async function waitingAccount(): Promise<Row> {
    const row = await account()
    await stage.parts
      .db('accounts')
      .where(row.where)
      .update({ deleteAtMs: Date.now() + 1e9 })
    return row
  }
  async function client(): Promise<Row> {
    const body = { client_name: 'Shop', redirect_uris: [CALLBACK] }
    const clientId = String((await api.call('POST', '/clients', { token, body })).json()['client_id'])
    return { path: `/clients/${clientId}`, table: 'clients', where: { clientId }, change: { name: 'Eve’s' } }
  }
  async function resource(): Promise<Row> {
    const identifier = `https://meanwhile-${Date.now()}.example.com/`
    await api.call('POST', '/resources', { token, body: { identifier } })
    const path = `/resources/${encodeURIComponent(identifier)}`
    return { path, table: 'resources', where: { identifier }, change: { name: 'Eve’s' } }
  }

  const changes: [string, () => Promise<Row>, method: string, verb: string][] = [
    ['an account is disabled', account, 'POST', '/disable'],
    ['an account is enabled', account, 'POST', '/enable'],
    ['an account is deleted', account, 'DELETE', ''],
    ['an account is signed out', account, 'POST', '/end-sessions'],
    ['an account gets a reset', account, 'POST', '/send-reset'],
    ['an account gets a planned reset of factors', account, 'POST', '/reset-factors'],
    ['an account loses its factors', account, 'POST', '/reset-factors-now'],
    ['an account is kept', waitingAccount, 'POST', '/keep'],
    ['an account keeps its address', account, 'DELETE', '/new-email'],
    ['an account loses its picture', account, 'DELETE', '/picture'],
    ['an account keeps its factors', account, 'POST', '/keep-factors'],
    ['a client is disabled', client, 'POST', '/disable'],
    ['a client is enabled', client, 'POST', '/enable'],
    ['a client is deleted', client, 'DELETE', ''],
    ['a resource server is deleted', resource, 'DELETE', ''],
  ]
  for (const [name, make, method, verb] of changes)
    it(`is refused by If-Match: ${name} [A22]`, async () => {
      const { path, table, where, change } = await make()
      const tag = { 'if-match': String((await api.call('GET', path, { token })).headers['etag']) }
      const { db } = stage.parts
      const asked = await db.transaction(async (trx) => {
        await trx(table).where(where).update(change)
        const answer = api.call(method, `${path}${verb}`, { token, headers: tag })
        const [name = ''] = Object.values(where)
        await until(async () => (await lockWaits(db, name)) > 0, 'the request waits for the row')
        return { answer }
      })
      const refused = await asked.answer
      expect([refused.status, refused.json()['code']]).to.eql([412, 'precondition_failed'])
      expect((await api.call('GET', path, { token })).json()).to.not.include({ disabled: true })
    })
})
