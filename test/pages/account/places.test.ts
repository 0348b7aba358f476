import { expect } from 'chai'
import { createCaller } from '../../api/caller.ts'
import { openStage, PASSWORD } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'

describe('the place of a sign-in', () => {
  let stage: Stage

  before(async () => {
    stage = await openStage({
      store: 'sqlite',
      env: { ACCOUNT_SERVER_NAMED_NETWORKS: 'Head office=203.0.113.0/24' },
    })
  })
  after(() => stage.stop())

  it('is on the pages of sessions and sign-ins, in the mail about a new browser, and in the API', async () => {
    const person = await stage.person()
    const sign = { email: person.email, password: PASSWORD }
    await stage.visitor().signIn(sign)
    const visitor = stage.visitor({ 'x-forwarded-for': '203.0.113.9' })
    await visitor.signIn(sign)
    for (const path of ['/account/sessions', '/account/sessions/history'])
      expect((await visitor.get(path)).text, path).to.contain('203.0.113.9 (Head office)')
    const mail = await stage.waitForMail(person.email, /^New sign-in/)
    expect(mail.text).to.contain('203.0.113.9 (Head office)')

    const api = await createCaller(stage, ['account:read'])
    const token = await api.tokenOf(person)
    const first = await api.call('GET', '/account/sign-ins?limit=1', { token })
    expect(first.status, first.text).to.equal(200)
    const { next } = first.json() as { next?: string }
    const rest = await api.call('GET', `/account/sign-ins?cursor=${next}`, { token })
    const items = rest.json()['items'] as Record<string, unknown>[]
    expect(items[0]).to.include({ result: 'succeeded', ip: '203.0.113.9', place: 'Head office' })
    expect(items).to.have.length(2)
    const refused = await api.call('GET', '/account/sign-ins?cursor=x', { token })
    expect(refused.json()['code']).to.equal('invalid_cursor')
  })
})
