/** What administrators look at is in the audit trail. */
import { expect } from 'chai'
import { grantRole } from '../../src/accounts/roles.ts'
import { showsPeople } from '../../src/operations/viewed.ts'
import type { Account } from '../../src/accounts/account.ts'
import { STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { ALL_SCOPES, createCaller } from './caller.ts'
import type { Api } from './caller.ts'
import { readDocument } from './described.ts'

/** Reading that shows nobody. */
const NOBODY = [
  'getClient',
  'getGroup',
  'getReceiver',
  'getResource',
  'getRole',
  'getStatistics',
  'getUpstream',
  'getWebhook',
  'listClientErrors',
  'listClientExchangeRules',
  'listClients',
  'listLimits',
  'listGroups',
  'listKeys',
  'listLimitRules',
  'listReceivers',
  'listResourceDetailsTypes',
  'listResources',
  'listRoles',
  'listSettings',
  'listUpstreams',
  'listWebhooks',
]

for (const { name, stage: open } of STAGES)
  describe(`what administrators look at, on ${name}`, () => {
    let stage: Stage
    let api: Api
    let admin: Account
    let token: string

    before(async () => {
      stage = await open()
      api = await createCaller(stage, ALL_SCOPES)
      admin = await stage.person()
      await grantRole(stage.parts.db, admin.id, 'admin')
      token = await api.tokenOf(admin)
    })

    type Row = {
      accountId: string | null
      times: number
      detail: string
      requestId: string | null
      ip: string
    }
    const views = async (where: Record<string, unknown>): Promise<Row[]> =>
      stage.parts
        .db('audit_events')
        .where({ action: 'person.viewed', ...where })
        .orderBy('id')
        .select('accountId', 'times', 'detail', 'requestId', 'ip')
    const get = async (path: string, by = token) => {
      const answer = await api.call('GET', path, { token: by })
      expect(answer.status, answer.text).to.be.within(200, 204)
    }

    it('is one entry for all that is read about one account in a minute', async () => {
      const { id } = await stage.person()
      await get(`/accounts/${id}`)
      for (const part of ['roles', 'factors', 'groups', 'upstreams']) await get(`/accounts/${id}/${part}`)
      await get(`/audit-entries?account_id=${id}`)
      const found = await views({ actor: admin.id, accountId: id })
      expect(found.reduce((sum, { times }) => sum + times, 0)).to.equal(6)
      // A new minute may have begun in between.
      expect(found.length).to.be.within(1, 2)
      expect(JSON.parse(found[0]!.detail)).to.eql({ operation: 'getAccount' })
      expect(found[0]!.requestId).to.match(/.{8}/)
      expect(found[0]!.ip).to.match(/\d/)
    })

    it('has the words of a search, and not the page that was turned to', async () => {
      await get('/accounts?search=somebody-wanted&limit=5')
      const details = (await views({ actor: admin.id, accountId: null })).map(({ detail }) => detail)
      expect(details).to.include(JSON.stringify({ operation: 'listAccounts', search: 'somebody-wanted' }))
    })

    it('has no entry where nothing was found', async () => {
      await api.call('GET', '/accounts/nobody-at-all', { token })
      expect(await views({ accountId: 'nobody-at-all' })).to.eql([])
    })

    it('is folded over all accounts where a program reads', async () => {
      const own = await api.ownToken()
      for (let n = 0; n < 3; n += 1) await get(`/accounts/${(await stage.person()).id}`, own)
      const found = await views({ actor: `client:${api.party.clientId}` })
      expect(found.reduce((sum, { times }) => sum + times, 0)).to.equal(3)
      expect(found.length).to.be.within(1, 2)
      expect(found.map(({ accountId, detail }) => [accountId, detail])[0]).to.eql([
        null,
        JSON.stringify({ operation: 'getAccount' }),
      ])
    })

    it('is decided for every operation that an administrator reads with', async () => {
      const { operations } = await readDocument(stage)
      const reading = operations.filter(
        ({ caller, method }) => caller === 'administrator' && method === 'get',
      )
      expect(reading.length).to.be.greaterThan(20)
      const hidden = reading.filter((one) => !showsPeople(one as never)).map(({ id }) => id)
      expect(hidden.filter((id) => !NOBODY.includes(id))).to.eql([])
    })
  })
