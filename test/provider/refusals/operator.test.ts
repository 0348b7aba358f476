import { expect } from 'chai'
import { updateAccount } from '../../../src/account-cache/changed-account.ts'
import { CALLBACK, register } from '../relying-party.ts'
import type { Party } from '../relying-party.ts'
import { openStage, sqliteStage, until } from '../stage.ts'
import type { Stage } from '../stage.ts'

describe('a refusal that the developer of an app has caused', function () {
  let stage: Stage
  let app: Party

  before(async () => {
    stage = await sqliteStage()
    app = await register(stage)
  })

  const logged = (id: string) =>
    stage
      .log()
      .split('\n')
      .filter((line) => line.includes('"oidc.refused"') && line.includes(id))
      .map((line) => JSON.parse(line) as Record<string, unknown>)

  it('shows the person an id; under it the log has what came and what is registered', async () => {
    const wrong = `${CALLBACK}/elsewhere`
    const page = await stage.visitor().get(app.authorizePath({ redirect_uri: wrong }))
    expect(page.status).to.equal(400)
    const [, id = ''] = /<code[^>]*>([\w-]+)<\/code>/.exec(page.text) ?? []
    expect(id).to.match(/^\w{4}-\w{4}$/)
    // In production the page has no more than this; what it shows on loopback is in error-page.test.ts.
    const [people = ''] = page.text.split('<details')
    expect(people, 'a stranger').to.not.contain(wrong).and.not.contain(CALLBACK)
    const [entry] = logged(id)
    expect(entry).to.include({ clientId: app.clientId, got: wrong })
    expect(entry?.['registered']).to.deep.equal([CALLBACK])
  })

  it('carries an id in X-Request-Id where the answer is for a program', async () => {
    const answer = await app.call('/oauth/token', { grant_type: 'client_credentials' })
    expect(answer.status).to.equal(400)
    const [entry] = logged(String(answer.headers['x-request-id']))
    expect(entry).to.include({ clientId: app.clientId, got: 'client_credentials' })
    expect(entry?.['registered']).to.include('authorization_code')
  })
})

describe('a fault of the server', function () {
  let stage: Stage
  before(async () => {
    stage = await openStage({ store: 'sqlite' })
  })
  after(() => stage?.stop())

  it('gives the app only an id, and the log has everything under that id', async () => {
    const app = await register(stage)
    const person = await stage.person()
    const { refresh_token: token } = await app.tokensFor(person)
    // Changed since it was cached, so that it is read again.
    await updateAccount(stage.parts.db, { id: person.id }, { name: 'Changed' })
    await stage.parts.db.schema.renameTable('accounts', 'elsewhere')
    const answer = await app.refresh(token)
    expect(answer.status).to.equal(500)
    expect(answer.json()).to.include({ error: 'server_error' })
    expect(answer.json()['error_description']).to.contain('X-Request-Id')
    expect(answer.text).to.not.match(/no such table/)
    const id = String(answer.headers['x-request-id'])
    const isTold = (line: string) => line.includes('"oidc.failed"') && line.includes(id)
    await until(() => stage.log().split('\n').some(isTold), 'the fault is in the log')
    expect(stage.log().split('\n').find(isTold)).to.contain('no such table')
  })
})
