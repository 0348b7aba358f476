import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { requestNewAddress } from '../../src/accounts/journeys/new-address.ts'
import { requestDeletion } from '../../src/accounts/life/deletion.ts'
import { setPicture } from '../../src/pictures/pictures.ts'
import { photo } from '../pictures/samples.ts'
import { anyAddress, STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'

for (const { name, stage: open } of STAGES)
  describe(`what waits for a person, over the API on ${name}`, () => {
    let stage: Stage
    let person: Account
    let call: (
      method: string,
      path?: string,
    ) => Promise<{ status: number; json: () => Record<string, unknown> }>

    before(async () => {
      stage = await open()
      const api = await createCaller(stage, ['accounts:read', 'accounts:manage'])
      const token = await api.ownToken()
      call = (method, path = '') => api.call(method, `/accounts/${person.id}${path}`, { token })
    })
    beforeEach(async () => {
      person = await stage.person()
    })

    const audited = () => stage.parts.db('audit_events').where({ accountId: person.id }).pluck('action')

    it('shows a deletion, and cancels it', async () => {
      expect((await call('GET')).json()).to.include({ delete_at: null })
      const done = await requestDeletion(stage.parts, person.id, { actor: person.id })
      const at = new Date(done?.deleteAtMs ?? 0).toISOString()
      expect((await call('GET')).json()).to.include({ delete_at: at })
      const kept = await call('POST', '/keep')
      expect([kept.status, kept.json()['delete_at']]).to.eql([200, null])
      expect((await call('POST', '/keep')).status).to.equal(200)
      expect((await audited()).filter((action) => action === 'account.deletion_cancelled')).to.have.length(1)
    })

    it('shows a change of address, and cancels it', async () => {
      expect((await call('GET', '/new-email')).status).to.equal(404)
      const email = `waits-${person.id}@example.org`
      await requestNewAddress(stage.parts, { accountId: person.id, email, ip: anyAddress() })
      expect((await call('GET', '/new-email')).json()).to.include({ email })
      expect((await call('DELETE', '/new-email')).status).to.equal(204)
      expect((await call('DELETE', '/new-email')).json()).to.include({ code: 'new_email_not_found' })
      expect(await audited()).to.include('account.email_change_cancelled')
    })

    it('shows where the picture is, and removes it', async () => {
      const image = await photo()
      await setPicture(stage.parts, person.id, { large: image, small: image }, { actor: person.id })
      const { address } = (await call('GET', '/picture')).json()
      expect((await fetch(String(address))).status).to.equal(200)
      expect((await call('DELETE', '/picture')).status).to.equal(204)
      expect((await fetch(String(address))).status).to.equal(404)
      expect((await call('GET', '/picture')).json()).to.include({ code: 'picture_not_found' })
      expect(await audited()).to.include('account.changed')
    })
  })
