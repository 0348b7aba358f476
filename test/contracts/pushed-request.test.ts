import { expect } from 'chai'
import type { Adapter } from 'oidc-provider'
import { createAdapterFactory } from '../../src/oidc/store/adapter.ts'
import { HOUR_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { STORES } from './stores.ts'
import type { OpenStore } from './stores.ts'

for (const { name, open } of STORES.slice(0, 2))
  describe(`a pushed request kept on ${name}`, () => {
    let nowMs = Date.now()
    let opened: OpenStore
    let requests: Adapter

    before(async () => {
      opened = await open(() => nowMs)
      const unused = {} as Adapter
      const secrets = ['a secret of sixteen'] as const
      const needs = {
        store: opened.store,
        clock: () => nowMs,
        refreshGraceMs: 0,
        clientAdapter: unused,
        secrets,
      }
      const factory = createAdapterFactory({ ...needs, secrets: [secrets[0]] }) as (model: string) => Adapter
      requests = factory('PushedAuthorizationRequest')
    })
    after(() => opened.close())

    it('is used up once, by pages that finish long after its minute', async () => {
      const exp = Math.floor(nowMs / 1000) + 60
      await requests.upsert('an-id', { request: 'a.b.', exp }, 60)
      for (const laterMs of [0, 15 * MINUTE_MS, 2 * HOUR_MS]) {
        nowMs += laterMs
        expect(await requests.find('an-id')).to.include({ request: 'a.b.' })
        const outcome = await requests.consume('an-id').then(
          () => 'used',
          (error: Error) => error.message,
        )
        expect(outcome).to.equal(laterMs === 0 ? 'used' : 'invalid_request_uri')
        expect(await requests.find('an-id')).to.have.property('consumed')
      }
    })
  })
