import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import type { GrantStore } from '../../src/grant-store/grant-store.ts'
import { locate } from '../../src/grant-store/token-ids.ts'
import type { Reuse } from '../../src/provider/records/unit-of-work.ts'
import { holdFirst } from './held-store.ts'
import { isActive, openBrowser, redeem, refresh, serveProvider, WEB } from './provider-on-store.ts'
import type { Served } from './provider-on-store.ts'
import { STORES } from './stores.ts'
import type { OpenStore } from './stores.ts'

const PARALLEL = 50
const SECOND = 1000

for (const { name, open } of STORES) {
  describe(`refreshing on ${name}`, function () {
    let opened: OpenStore
    let nodes: Served[]
    let base: string
    let reuses: Reuse[]
    const clock = Date.now
    const onReuse = (reuse: Reuse) => void reuses.push(reuse)

    before(async () => {
      opened = await open(clock)
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
      return body
    }

    const useOf = async (token: unknown) =>
      (await opened.store.readSingleUse(locate('RefreshToken', String(token))!.key)).use

    const onNode = (index: number) => nodes[index % nodes.length]!.base

    it('answers the retry of a refresh with the same successor and a fresh access token [S-1.71]', async () => {
      const { refresh_token: first } = await signIn()
      const answer = await refresh(base, first)
      const retry = await refresh(onNode(1), first)
      expect(retry.status, JSON.stringify(retry.body)).to.equal(200)
      expect(retry.body.refresh_token).to.equal(answer.body.refresh_token).and.not.equal(first)
      expect(retry.body.access_token).not.to.equal(answer.body.access_token)
      expect(await isActive(base, retry.body.access_token)).to.equal(true)
      expect(await isActive(base, first)).to.equal(false)
      expect(reuses).to.deep.equal([])
      expect((await refresh(base, answer.body.refresh_token)).status).to.equal(200)
    })

    it(`ends ${PARALLEL} parallel refreshes in one family with one live refresh token [S-1.76]`, async () => {
      const { refresh_token: first } = await signIn()
      const answers = await Promise.all(
        Array.from({ length: PARALLEL }, (_, index) => refresh(onNode(index), first)),
      )
      expect(answers.map(({ status }) => status)).to.deep.equal(Array(PARALLEL).fill(200))
      expect(new Set(answers.map(({ body }) => body.refresh_token)).size).to.equal(1)
      expect(await isActive(base, answers[0]!.body.refresh_token)).to.equal(true)
      const live = await Promise.all(answers.map(({ body }) => isActive(base, body.access_token)))
      expect(live.every(Boolean)).to.equal(true)
      const stored = (await opened.dump()).filter(
        ({ key }) => key.includes(tagIn(first)) && /:rt:[^:]+$/.test(key),
      )
      expect(stored).to.have.length(2)
    })

    it('ends the family when a rotated token comes back after the grace period [S-1.73]', async () => {
      const { refresh_token: first, access_token: accessToken } = await signIn()
      const hasty = await serveProvider({
        store: opened.store,
        clock,
        refreshTokenGraceMs: 50,
        onReuse,
      })
      const { body } = await refresh(hasty.base, first)
      await pause(60)
      expect((await refresh(hasty.base, first)).body.error).to.equal('invalid_grant')
      await hasty.close()
      expect((await refresh(base, body.refresh_token)).body.error).to.equal('invalid_grant')
      expect(await isActive(base, accessToken)).to.equal(false)
      expect(reuses.map(({ model }) => model)).to.deep.equal(['RefreshToken'])
    })

    it('measures the grace period by one clock, even when the clocks of the processes differ', async () => {
      const fast = await serveProvider({ store: opened.store, clock: () => Date.now() + 30 * SECOND })
      const { refresh_token: first } = await signIn()
      const { body } = await refresh(base, first)
      expect((await refresh(fast.base, first)).body.refresh_token).to.equal(body.refresh_token)
      await fast.close()
    })

    it('answers 503 to a delayed request that its retry has overtaken, and ends nothing', async () => {
      const held = holdFirst(opened.store, 'commit')
      const slow = await serveProvider({
        store: held.store,
        clock,
        onReuse,
      })
      const { refresh_token: first } = await signIn()
      const hung = refresh(slow.base, first)
      await held.reached
      const second = await refresh(base, first)
      const third = await refresh(base, second.body.refresh_token)
      held.release()
      expect((await hung).status).to.equal(503)
      expect(await isActive(base, third.body.refresh_token)).to.equal(true)
      expect(reuses).to.deep.equal([])
      expect((await refresh(base, first)).body.error, 'asked again').to.equal('invalid_grant')
      expect(reuses).to.have.length(1)
      await slow.close()
    })

    it('writes nothing, and reports no reuse, once the client has closed the connection', async () => {
      for (const operation of ['commit', 'readSingleUse'] as const) {
        const held = holdFirst(opened.store, operation)
        const slow = await serveProvider({
          store: held.store,
          clock,
          onReuse,
        })
        const { refresh_token: first } = await signIn()
        const hangingUp = new AbortController()
        const gone = refresh(slow.base, first, { client_id: 'public' }, hangingUp.signal).catch(() => 'gone')
        await held.reached
        hangingUp.abort()
        expect(await gone, operation).to.equal('gone')
        const second = await refresh(base, first)
        const third = await refresh(base, second.body.refresh_token)
        held.release()
        await slow.close()
        expect(await isActive(base, third.body.refresh_token), operation).to.equal(true)
      }
      expect(reuses).to.deep.equal([])
    })

    it('does not begin to write for a client that has closed the connection', async () => {
      const held = holdFirst(opened.store, 'readSingleUse')
      const slow = await serveProvider({ store: held.store, clock })
      const { refresh_token: first } = await signIn()
      const hangingUp = new AbortController()
      const gone = refresh(slow.base, first, { client_id: 'public' }, hangingUp.signal).catch(() => 'gone')
      await held.reached
      hangingUp.abort()
      expect(await gone).to.equal('gone')
      held.release()
      await pause(100)
      await slow.close()
      expect(await useOf(first)).to.equal(undefined)
    })

    it('does not begin to write for a request that took longer than clients wait', async () => {
      const longAgo = async (...which: Parameters<GrantStore['readSingleUse']>) => {
        const found = await opened.store.readSingleUse(...which)
        return { ...found, at: { ...found.at, steadyMs: found.at.steadyMs - 6 * SECOND } }
      }
      const slow = await serveProvider({ store: { ...opened.store, readSingleUse: longAgo }, clock })
      const { refresh_token: first } = await signIn()
      expect((await refresh(slow.base, first)).status).to.equal(503)
      expect(await useOf(first)).to.equal(undefined)
      await slow.close()
    })

    it('ends the family when a rotated token comes back after its successor was used', async () => {
      const { refresh_token: first } = await signIn()
      const second = await refresh(base, first)
      const third = await refresh(base, second.body.refresh_token)
      expect((await refresh(base, first)).body.error).to.equal('invalid_grant')
      expect(await isActive(base, third.body.refresh_token)).to.equal(false)
      expect(reuses).to.have.length(1)
    })

    it('does not let another client use a rotated token, or end its family', async () => {
      const { refresh_token: first } = await signIn()
      const { body } = await refresh(base, first)
      expect((await refresh(base, first, WEB)).body.error).to.equal('invalid_grant')
      expect((await refresh(base, body.refresh_token)).status).to.equal(200)
    })

    it('allows no second use when the grace period is 0 [S-1.75]', async () => {
      const strict = await serveProvider({ store: opened.store, clock, refreshTokenGraceMs: 0 })
      const { refresh_token: first } = await signIn()
      const { body } = await refresh(strict.base, first)
      expect((await refresh(strict.base, first)).body.error).to.equal('invalid_grant')
      expect(await isActive(base, body.refresh_token)).to.equal(false)
      await strict.close()
    })
  })
}

function tagIn(token: unknown): string {
  return String(token).slice(-16)
}
