import { expect } from 'chai'
import { unavailable } from '../../src/platform/errors.ts'
import type { GrantStore } from '../../src/grant-store/grant-store.ts'
import { revokeGrantByDigest } from '../../src/grant-store/revocation.ts'
import type { Reuse } from '../../src/provider/records/unit-of-work.ts'
import { digest } from '../../src/platform/tokens.ts'
import { holdFirst } from './held-store.ts'
import { isActive, openBrowser, post, redeem, refresh, serveProvider, WEB } from './provider-on-store.ts'
import type { Served } from './provider-on-store.ts'
import { STORES } from './stores.ts'
import type { OpenStore } from './stores.ts'

const PARALLEL = 50
const SECOND = 1000

for (const { name, open } of STORES) {
  describe(`tokens on ${name}`, function () {
    let opened: OpenStore
    let nodes: Served[]
    let base: string
    let reuses: Reuse[]
    const clock = Date.now

    before(async () => {
      opened = await open(clock)
      const onReuse = (reuse: Reuse) => void reuses.push(reuse)
      const stores = [opened.store, opened.openAnother()]
      nodes = await Promise.all(stores.map((store) => serveProvider({ store, clock, onReuse })))
      base = nodes[0]!.base
    })
    beforeEach(() => {
      reuses = []
    })
    after(async () => {
      await Promise.all(nodes.map(({ close }) => close()))
      await opened.close()
    })

    async function signIn(clientId = 'public') {
      const authorized = await openBrowser().authorize(base, clientId)
      const { status, body } = await redeem(base, clientId, authorized)
      expect(status, JSON.stringify(body)).to.equal(200)
      return { ...body, authorized } as Record<string, unknown> & { authorized: typeof authorized }
    }

    const onNode = (index: number) => nodes[index % nodes.length]!.base

    it(`redeems a code for one of ${PARALLEL} requests to two nodes, then ends its family`, async () => {
      const authorized = await openBrowser().authorize(base, 'public')
      const answers = await Promise.all(
        Array.from({ length: PARALLEL }, (_, index) => redeem(onNode(index), 'public', authorized)),
      )
      const won = answers.filter(({ status }) => status === 200)
      expect(won).to.have.length(1)
      for (const { status, body } of answers.filter((answer) => answer !== won[0]))
        expect([status, body.error], JSON.stringify(body)).to.deep.equal([400, 'invalid_grant'])
      expect(await isActive(base, won[0]!.body.access_token)).to.equal(false)
      expect((await refresh(base, won[0]!.body.refresh_token)).body.error).to.equal('invalid_grant')
    })

    it('ends the family when two requests have both found the code unused', async () => {
      const held = holdFirst(opened.store, 'commit')
      const slow = await serveProvider({
        store: held.store,
        clock,
        onReuse: (reuse) => void reuses.push(reuse),
      })
      const authorized = await openBrowser().authorize(base, 'public')
      const loser = redeem(slow.base, 'public', authorized)
      await held.reached
      const { body } = await redeem(base, 'public', authorized)
      expect(await isActive(base, body.access_token)).to.equal(true)
      held.release()
      expect((await loser).body.error).to.equal('invalid_grant')
      expect(await isActive(base, body.access_token)).to.equal(false)
      expect(reuses).to.have.length(1)
      await slow.close()
    })

    it('issues nothing under a grant that is revoked while the request is under way', async () => {
      const { refresh_token: token, access_token: accessToken } = await signIn('web')
      const { grantId = '' } = (await nodes[0]!.provider.AccessToken.find(String(accessToken))) ?? {}
      const held = holdFirst(opened.store, 'commit')
      const slow = await serveProvider({ store: held.store, clock })
      const running = refresh(slow.base, token, WEB)
      await held.reached
      await revokeGrantByDigest({ store: opened.store, clock }, digest(grantId))
      held.release()
      expect((await running).body.error).to.equal('invalid_grant')
      await slow.close()
    })

    it('does not use a code up when the store fails between finding and writing', async () => {
      const failing = new Proxy(opened.store, {
        get: (target, name: keyof GrantStore) =>
          name === 'commit' ? () => Promise.reject(unavailable(new Error('down'))) : target[name],
      })
      const broken = await serveProvider({ store: failing, clock })
      const { refresh_token: token } = await signIn()
      const { status, body } = await refresh(broken.base, token)
      expect([status, body.error]).to.deep.equal([503, 'temporarily_unavailable'])
      expect((await refresh(base, token)).status).to.equal(200)
      await broken.close()
    })

    it('ends the family when a code is used a second time, and names its account and client', async () => {
      const { authorized, access_token: accessToken } = await signIn()
      expect(await isActive(base, accessToken)).to.equal(true)
      expect((await redeem(base, 'public', authorized)).body.error).to.equal('invalid_grant')
      expect(await isActive(base, accessToken)).to.equal(false)
      expect(reuses).to.have.length(1)
      expect(reuses[0]).to.include({ model: 'AuthorizationCode', accountId: 'alice', clientId: 'public' })
    })

    it('gives a confidential client fresh access tokens for the same refresh token', async () => {
      const { refresh_token: token } = await signIn('web')
      for (let turn = 0; turn < 2; turn += 1) {
        const { status, body } = await refresh(base, token, WEB)
        expect(status, `turn ${turn}`).to.equal(200)
        expect(await isActive(base, body.access_token), `turn ${turn}`).to.equal(true)
      }
    })

    it('invalidates everything under a revoked refresh token', async () => {
      const { refresh_token: token, access_token: accessToken } = await signIn('web')
      expect((await post(`${base}/token/revocation`, { token: String(token), ...WEB })).status).to.equal(200)
      expect(await isActive(onNode(1), accessToken)).to.equal(false)
      expect((await refresh(base, token, WEB)).body.error).to.equal('invalid_grant')
    })

    it('finds a device code by its user code and by itself, and never by the handle in place of the code', async () => {
      const device = await post(`${base}/device/auth`, { scope: 'openid', ...WEB })
      const { device_code: deviceCode, user_code: userCode } = device.body
      const { DeviceCode } = nodes[0]!.provider
      const found = await DeviceCode.findByUserCode(String(userCode).replace('-', ''))
      expect(found?.jti).to.match(/^~/)
      Object.assign(found!, { error: 'access_denied', errorDescription: 'no' })
      await found!.save()

      const form = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', ...WEB }
      const byHandle = await post(`${base}/token`, { ...form, device_code: found!.jti })
      expect(byHandle.body.error).to.equal('invalid_grant')
      const byCode = await post(`${base}/token`, { ...form, device_code: String(deviceCode) })
      expect(byCode.body.error).to.equal('access_denied')
      expect(await DeviceCode.find(found!.jti)).not.to.equal(undefined)
      const forged = found!.jti.slice(0, -1) + (found!.jti.endsWith('A') ? 'B' : 'A')
      expect(await DeviceCode.find(forged)).to.equal(undefined)
    })

    it('does not use a device code up when the store fails halfway', async () => {
      let commits = 0
      const failing = new Proxy(opened.store, {
        get(target, name: keyof GrantStore) {
          if (name !== 'commit') return target[name]
          return (commit: Parameters<GrantStore['commit']>[0]) =>
            (commits += 1) === 2 ? Promise.reject(unavailable(new Error('down'))) : target.commit(commit)
        },
      })
      const broken = await serveProvider({ store: failing, clock })
      const { body: device } = await post(`${base}/device/auth`, { scope: 'openid', ...WEB })
      const { DeviceCode, Grant } = nodes[0]!.provider
      const code = await DeviceCode.findByUserCode(String(device.user_code).replace('-', ''))
      const grant = new Grant({ accountId: 'alice', clientId: 'web' })
      grant.addOIDCScope('openid')
      const approved = { accountId: 'alice', grantId: await grant.save(), scope: 'openid' }
      await Object.assign(code!, approved).save()

      const grantType = 'urn:ietf:params:oauth:grant-type:device_code'
      const form = { grant_type: grantType, device_code: String(device.device_code), ...WEB }
      expect((await post(`${broken.base}/token`, form)).status).to.equal(503)
      expect(commits).to.equal(2)
      const { status, body } = await post(`${base}/token`, form)
      expect(status, JSON.stringify(body)).to.equal(200)
      expect((await post(`${base}/token`, form)).body.error).to.equal('invalid_grant')
      expect(await isActive(base, body.access_token), 'the replay ended it').to.equal(false)
      await broken.close()
    })

    it(`counts one proof of ${PARALLEL} equal ones, over two nodes`, async () => {
      const exp = Math.floor(Date.now() / SECOND) + 60
      const claims = Array.from({ length: PARALLEL }, (_, index) =>
        nodes[index % 2]!.provider.ReplayDetection.unique('client', `proof of ${name}`, exp),
      )
      expect((await Promise.all(claims)).filter(Boolean)).to.have.length(1)
    })

    it('stores nothing that lets a thief of the store use a token or code [S-4.4]', async () => {
      const browser = openBrowser()
      const authorized = await browser.authorize(base, 'public')
      const { body } = await redeem(base, 'public', authorized)
      const rotated = await refresh(base, body.refresh_token)
      const device = await post(`${base}/device/auth`, { scope: 'openid', ...WEB })
      const machine = await post(`${base}/token`, {
        grant_type: 'client_credentials',
        scope: 'api:read',
        ...WEB,
      })
      const halfway = openBrowser()
      await halfway.get(
        `${base}/auth?client_id=public&response_type=code&scope=openid&code_challenge=${'c'.repeat(43)}&code_challenge_method=S256`,
      )

      const secrets = [
        authorized.code,
        body.access_token,
        body.refresh_token,
        rotated.body.refresh_token,
        machine.body.access_token,
        device.body.device_code,
        device.body.user_code,
        String(device.body.user_code).replace('-', ''),
        browser.cookies.get('_session'),
        halfway.cookies.get('_interaction'),
      ]
      const dump = JSON.stringify(await opened.dump())
      expect(dump).to.include('alice')
      for (const secret of secrets) {
        expect(secret, String(secret)).to.be.a('string').with.length.greaterThan(7)
        expect(dump.includes(String(secret)), String(secret)).to.equal(false)
      }
      expect(dump).not.to.include('"jti')
      expect(dump).not.to.include('jti\\"')
    })

    it('keeps a grant and everything under it on one node, and gives every key an expiry [S-4.7]', async () => {
      const { refresh_token: first } = await signIn()
      await refresh(base, first)
      const entries = await opened.dump()
      const kinds = entries
        .filter(({ key }) => key.startsWith(`{${tagIn(first)}}:`))
        .map(({ key }) => key.split(':')[1])
      expect(new Set(kinds)).to.deep.equal(new Set(['grant', 'ac', 'at', 'rt']))
      for (const { key, expiresInMs } of entries) {
        expect(key).to.match(/^\{[\w-]{16}\}:/)
        if (name.startsWith('Redis')) expect(expiresInMs, key).to.be.greaterThan(0)
      }
    })
  })
}

function tagIn(token: unknown): string {
  return String(token).slice(-16)
}
