import { expect } from 'chai'
import { recordAudit } from '../../src/audit/audit.ts'
import { takeNetworkRequest } from '../../src/attempts/account-limits.ts'
import { takeCodeAttempt } from '../../src/attempts/code-attempts.ts'
import { anyAddress } from '../provider/stage.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import { holderAt, linksOf, plain } from './holder.ts'

describe('the page of limits', () => {
  let server: RunningServer
  before(async () => {
    server = await startServer({
      store: 'sqlite',
      env: { ACCOUNT_SERVER_REQUESTS_PER_NETWORK: '2', ACCOUNT_SERVER_UNLIMITED_NETWORKS: '198.51.100.0/24' },
    })
  })
  after(() => server.stop())

  /** Two resets from one network, which is its limit, with an entry in the trail. */
  async function limitedNetwork() {
    const { parts } = server
    const ip = anyAddress()
    const atMs = parts.clock()
    for (let n = 0; n < 2; n += 1) await takeNetworkRequest(parts, 'reset', ip, atMs)
    await recordAudit(parts.db, { atMs, action: 'password.reset_requested', actor: 'anonymous', ip })
    return { ip, network: ip.replace(/7$/, '0/24') }
  }
  async function limitedPerson() {
    const { parts } = server
    const person = await server.createAccount()
    const { id: accountId } = person.account
    for (let n = 0; n < 5; n += 1) await takeCodeAttempt(parts, accountId, parts.clock())
    const failed = { action: 'second_factor.blocked', actor: 'anonymous', accountId } as const
    await recordAudit(parts.db, { ...failed, atMs: parts.clock() })
    return person
  }

  it('says in words who is limited, until when and by what, and which limits are in effect', async () => {
    const { visitor } = await holderAt(server, 'admin')
    expect(plain(await visitor.get('/admin/limits'))).to.contain('Nobody in the latest entries')
    const { network } = await limitedNetwork()
    const person = await limitedPerson()
    const page = await visitor.get('/admin/limits')
    const words = plain(page)
    expect(words).to.match(
      new RegExp(
        String.raw`Password resets that one network asks for.*State: refused.*At most: 2.*\(in 60 minutes\)`,
      ),
    )
    expect(words).to.contain('Wrong codes of a second factor for one account').and.contain(person.email)
    expect(words).to.contain('Limits in effect').and.contain('ACCOUNT_SERVER_REQUESTS_PER_NETWORK')
    expect(linksOf(page)).to.include.members([
      `/admin/accounts/${person.account.id}`,
      `/admin/limits?network=${encodeURIComponent(network)}`,
    ])
  })

  it('answers whether a typed address is limited', async () => {
    const { visitor } = await holderAt(server, ['limits:read'])
    const asked = async (typed: string) =>
      plain(await visitor.get(`/admin/limits?network=${encodeURIComponent(typed)}`))
    expect(await asked('203.0.113.99')).to.contain('Nothing is counted here now')
    expect(await asked('10.0.0.0/8')).to.contain('Type an address, an IPv4 network of at least /24')
    expect(await asked('198.51.100.3')).to.contain('UNLIMITED_NETWORKS names this network')
    const { ip } = await limitedNetwork()
    expect(await asked(ip)).to.contain('State: refused')
  })

  it('asks before it clears one, naming it, and then the network may go on', async () => {
    const { visitor } = await holderAt(server, 'admin')
    const { ip, network } = await limitedNetwork()
    const path = `/admin/limits/${encodeURIComponent(`password_resets:${network}`)}/clear`
    expect(linksOf(await visitor.get(`/admin/limits?network=${ip}`))).to.include(path)
    const form = await visitor.get(path)
    expect([form.heading, form.status]).to.eql(['Clear a limit', 200])
    expect(plain(form)).to.contain('Password resets that one network asks for').and.contain(network)
    const done = await visitor.followForm(form, {})
    expect(plain(done)).to.contain('The limit was cleared.').and.not.contain(network)
    await takeNetworkRequest(server.parts, 'reset', ip, server.parts.clock())
  })

  it('lets support clear a limit on the page of an account, and no other', async () => {
    const { visitor } = await holderAt(server, 'support')
    const { network } = await limitedNetwork()
    const person = await limitedPerson()
    const list = await visitor.get('/admin/limits')
    expect(plain(list)).to.contain(network)
    expect(linksOf(list).filter((href) => href.endsWith('/clear'))).to.eql([])
    const refused = await visitor.get(
      `/admin/limits/${encodeURIComponent(`password_resets:${network}`)}/clear`,
    )
    expect(refused.status).to.equal(403)
    const page = await visitor.get(`/admin/accounts/${person.account.id}`)
    expect(plain(page)).to.contain('Limits reached Wrong codes of a second factor')
    const clear = linksOf(page).find((href) => href.includes('/clear-limit?'))
    const form = await visitor.get(clear ?? '')
    expect(plain(form)).to.contain('Wrong codes of a second factor')
    const done = plain(await visitor.followForm(form, {}))
    expect(done).to.contain('The limit was cleared.').and.not.contain('Wrong codes of a second factor')
  })
})
