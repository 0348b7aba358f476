/** What the operator of an app finds about its errors: GET /clients/{client_id}/errors. */
import { expect } from 'chai'
import { deleteClient, rotateClientSecret } from '../../../src/clients/clients.ts'
import { keepErrors, keysOf, purgeErrors } from '../../../src/clients/errors/client-errors.ts'
import { DAY_MS } from '../../../src/platform/clock.ts'
import { createCaller } from '../../api/caller.ts'
import { CALLBACK, register } from '../relying-party.ts'
import type { Party } from '../relying-party.ts'
import { basic } from '../send.ts'
import { STAGES, until } from '../stage.ts'
import type { Stage } from '../stage.ts'

const TOKEN = '/oauth/token'
const SECRET = 'Zk4vQx81-secret-Pq77LmWn2Rt5Yb'

type Shown = {
  error: string
  reason: string | null
  cause: string | null
  got: string | null
  registered: string[] | null
  times: number
  first_at: string
  last_at: string
}

for (const { name, stage: open } of STAGES)
  describe(`the errors of an app, for its operator, on ${name}`, function () {
    let stage: Stage
    let app: Party
    let read: (clientId?: string) => Promise<Shown[]>

    before(async () => {
      stage = await open()
      const caller = await createCaller(stage, ['clients:read'])
      const token = await caller.ownToken()
      read = async (clientId = app.clientId) => {
        const answer = await caller.call('GET', `/clients/${clientId}/errors`, { token })
        expect(answer.status, answer.text).to.equal(200)
        return (answer.json() as { items: Shown[] }).items
      }
    })
    beforeEach(async () => {
      app = await register(stage)
    })

    /** The errors of the app, once there are so many. */
    async function errors(count: number, isIt: (one: Shown) => boolean = () => true): Promise<Shown[]> {
      let found: Shown[] = []
      await until(
        async () => (found = (await read()).filter(isIt)).reduce((sum, one) => sum + one.times, 0) >= count,
        `${count} errors are there`,
      )
      return found
    }

    it('say which redirect_uri came and which are registered', async () => {
      await stage.visitor().get(app.authorizePath({ redirect_uri: `${CALLBACK}/elsewhere` }))
      const [one] = await errors(1)
      expect(one).to.deep.include({ got: `${CALLBACK}/elsewhere`, registered: [CALLBACK], times: 1 })
      expect(one?.reason).to.contain('redirect_uri')
    })

    it('are counted where they are equal', async () => {
      const wrong = () => stage.visitor().get(app.authorizePath({ redirect_uri: `${CALLBACK}/elsewhere` }))
      await wrong()
      const [first] = await errors(1)
      await wrong()
      await wrong()
      const [one, ...others] = await errors(3)
      expect(others).to.eql([])
      expect(one).to.include({ times: 3, first_at: first?.first_at })
      expect(Date.parse(one!.last_at)).to.be.greaterThan(Date.parse(one!.first_at))
    })

    it('tell a wrong secret from one that was replaced', async () => {
      const ask = { grant_type: 'client_credentials' }
      await app.call(TOKEN, ask, basic(app.clientId, SECRET))
      expect((await errors(1))[0]).to.include({
        error: 'invalid_client',
        cause: 'the client_secret is wrong',
      })
      await rotateClientSecret(stage.parts.db, app.clientId, stage.parts, { overlapMs: 1 })
      await until(
        async () => (await app.call(TOKEN, ask)).status === 401,
        'the secret from before the rotation has ended',
      )
      const [replaced] = await errors(1, ({ cause }) => cause?.includes('rotation') === true)
      expect(replaced?.cause).to.contain('from before the last rotation')
    })

    it('say why a code is refused, which the app must not learn', async () => {
      const code = await app.codeFor(await stage.person())
      await app.redeem(code)
      const again = await app.redeem(code)
      expect(again.text).to.not.match(/was used before/)
      expect((await errors(1))[0]).to.include({ error: 'invalid_grant', cause: 'it was used before' })
      await app.redeem(SECRET)
      const unknown = await errors(1, ({ cause }) => cause === 'it is unknown here, or long expired')
      expect(unknown).to.have.length(1)
    })

    it('say that PKCE is missing, which scope it may not have, and which one was ignored', async () => {
      const open = await register(stage, { token_endpoint_auth_method: 'none' })
      const visitor = stage.visitor()
      await visitor.get(open.authorizePath({ code_challenge: undefined, code_challenge_method: undefined }))
      await visitor.get(open.authorizePath({ scope: 'openid ledger:write' }))
      await visitor.get(open.authorizePath({ scope: 'openid phone' }))
      await until(async () => (await read(open.clientId)).length === 3, 'three errors are there')
      const found = await read(open.clientId)
      const texts = found.map(({ error, reason, got }) => `${error} ${reason} ${got}`).join('\n')
      expect(texts).to.match(/code_challenge/)
      expect(texts).to.match(/invalid_scope .*ledger:write/)
      expect(texts).to.match(/scope_ignored .*phone/)
    })

    it('are none where a person has to do something', async () => {
      await stage.visitor().get(app.authorizePath({ prompt: 'none' }))
      await app.call(TOKEN, { grant_type: 'password' })
      await errors(1)
      expect((await read()).map(({ error }) => error)).to.not.include('login_required')
    })

    it('hold no secret, code, token or password, wherever an app puts it', async () => {
      const visitor = stage.visitor()
      for (const field of [
        'redirect_uri',
        'scope',
        'response_type',
        'prompt',
        'code_challenge_method',
        'state',
      ])
        await visitor.get(app.authorizePath({ [field]: SECRET }))
      await visitor.get(app.authorizePath({ redirect_uri: `${CALLBACK}?code=${SECRET}#${SECRET}` }))
      for (const field of ['code', 'refresh_token', 'code_verifier', 'redirect_uri', 'grant_type', 'scope'])
        await app.call(TOKEN, { grant_type: 'authorization_code', code: 'x', [field]: SECRET })
      await app.call(TOKEN, { grant_type: 'password', username: 'ann', password: SECRET })
      await app.call(TOKEN, { grant_type: SECRET }, basic(app.clientId, SECRET))
      await errors(12)
      const rows = (await stage.parts.db('client_errors').select()) as unknown[]
      expect(JSON.stringify(rows)).to.not.contain(SECRET)
      expect(JSON.stringify(rows)).to.not.contain(SECRET.slice(0, 12))
    })

    it('stay few under a flood, which does not push out other errors', async () => {
      await app.call(TOKEN, { grant_type: 'client_credentials' }, basic(app.clientId, SECRET))
      await errors(1)
      for (let turn = 0; turn < 60; turn += 1) {
        const path = app.authorizePath({ redirect_uri: `https://elsewhere.example.com/${turn}` })
        expect((await stage.visitor().get(path)).status, `request ${turn}`).to.equal(400)
      }
      const ofLast = ({ got }: Shown) => got?.endsWith('/59') === true
      await errors(1, ofLast)
      const kinds = Map.groupBy(await read(), ({ error }) => error)
      expect(kinds.get('invalid_client')).to.have.length(1)
      const others = [...kinds].filter(([error]) => error !== 'invalid_client').flatMap(([, all]) => all)
      expect(others).to.have.length.within(2, 8)
    })

    it('are the latest of those that share a row, whichever process writes first', async () => {
      const { db } = stage.parts
      const nowMs = Date.now()
      const one = (got: string, atMs: number) => ({
        clientId: app.clientId,
        endpoint: 'authorization',
        error: 'invalid_request',
        got,
        times: 1,
        firstAtMs: atMs,
        lastAtMs: atMs,
      })
      const late = one('late', nowMs)
      const early = Array.from({ length: 500 }, (_, at) => one(`early ${at}`, nowMs - 1000)).find(
        (other) => keysOf(other).row === keysOf(late).row,
      )!
      for (const written of [early, late, early, late]) await keepErrors(db, [written])
      const [found, ...others] = await read()
      expect(others).to.eql([])
      expect(found).to.include({ got: 'late', times: 2, last_at: new Date(nowMs).toISOString() })
      expect(found?.first_at).to.equal(new Date(nowMs).toISOString())
    })

    it('are kept for seven days, and go with the client', async () => {
      await app.call(TOKEN, { grant_type: 'client_credentials' }, basic(app.clientId, SECRET))
      await errors(1)
      const { db } = stage.parts
      const ofApp = async () =>
        (await db('client_errors').where({ clientId: app.clientId }).select('times')).length
      await db('client_errors')
        .where({ clientId: app.clientId })
        .update({ lastAtMs: Date.now() - 7 * DAY_MS })
      expect(await read()).to.eql([])
      expect(await purgeErrors(db, Date.now(), 100)).to.be.greaterThan(0)
      expect(await ofApp()).to.equal(0)
      await app.call(TOKEN, { grant_type: 'client_credentials' }, basic(app.clientId, SECRET))
      await errors(1)
      await deleteClient(stage.parts, app.clientId)
      expect(await ofApp()).to.equal(0)
    })

    it('are the newest hundred, and those of no app are not kept', async () => {
      const { db } = stage.parts
      const many = Array.from({ length: 130 }, (_, at) => ({
        clientId: app.clientId,
        endpoint: 'token',
        error: `error_${at}`,
        times: 1,
        firstAtMs: Date.now() + at,
        lastAtMs: Date.now() + at,
      }))
      await keepErrors(db, [...many, { ...many[0]!, clientId: 'nobody' }])
      const kept = await read()
      expect(kept).to.have.length(100)
      expect(kept[0]?.error).to.equal('error_129')
      expect(kept.at(-1)?.error).to.equal('error_30')
      expect(await db('client_errors').where({ clientId: app.clientId }).select('times')).to.have.length(100)
    })
  })
