import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { until, sqliteStage } from '../stage.ts'
import type { Stage } from '../stage.ts'

describe('x-fapi-interaction-id (FAPI 1.0 Part 1 §6.2.1-11)', function () {
  let stage: Stage
  before(async () => {
    stage = await sqliteStage()
  })

  const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
  const ask = (sent: Record<string, string>) =>
    stage.send({ to: '/oauth/userinfo', headers: { authorization: 'Bearer none', ...sent } })

  it('is returned as it was sent, also with a refusal, and is in the log', async () => {
    const id = randomUUID()
    const answer = await ask({ 'x-fapi-interaction-id': id })
    expect([answer.status, answer.headers['x-fapi-interaction-id']]).to.eql([401, id])
    await until(() => stage.log().includes(`"interactionId":"${id}"`), 'it is in the log')
  })

  it('is new where the request has none, or one that is not valid', async () => {
    for (const sent of [undefined, 'not-a-uuid', `${randomUUID()}; x`]) {
      const answer = await ask(sent === undefined ? {} : { 'x-fapi-interaction-id': sent })
      expect(answer.headers['x-fapi-interaction-id'], String(sent)).to.match(UUID).and.not.equal(sent)
    }
  })

  it('is in answers of userinfo alone', async () => {
    const answer = await stage.send({ to: '/oauth/jwks' })
    expect(answer.headers).not.to.have.property('x-fapi-interaction-id')
  })
})
