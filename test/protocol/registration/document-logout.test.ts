import { expect } from 'chai'
import type { Visited } from '../../support/visitor.ts'
import { challengeOf, VERIFIER } from '../../provider/relying-party.ts'
import { openStage, until } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { startDocumentHost } from './document-host.ts'
import type { DocumentHost } from './document-host.ts'

const CALLBACK = 'http://127.0.0.1/callback'
const TOOLS = 'https://tools.example.com/mcp'

describe('a sign-out from a client that describes itself by a document', function () {
  let host: DocumentHost
  let stage: Stage

  before(async () => {
    host = await startDocumentHost()
    const env = {
      ...host.env,
      ACCOUNT_SERVER_CLIENT_ID_DOCUMENTS: 'any',
      ACCOUNT_SERVER_OPEN_CLIENT_RESOURCES: TOOLS,
    }
    stage = await openStage({ store: 'sqlite', separate: true, env })
    await stage.createResource({ identifier: TOOLS, scope: 'tools:call' })
  })
  after(async () => {
    await stage.stop()
    await host.stop()
  })

  /** Signs somebody in at the client, up to the code. */
  async function signIn(clientId: string) {
    const { email, password } = await stage.createAccount()
    const query = new URLSearchParams({
      client_id: clientId,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid',
      resource: TOOLS,
      code_challenge: challengeOf(VERIFIER),
      code_challenge_method: 'S256',
    })
    const visitor = stage.visitor()
    const consent = await visitor.followForm(await visitor.get(`/oauth/authorize?${query}`), {
      email,
      password,
    })
    const back: Visited = await visitor.followForm(consent, { decision: 'allow' })
    expect(back.headers.get('location')).to.contain('code=')
    return visitor
  }

  it('reaches the address in its document', async () => {
    const backchannel_logout_uri = host.publish('/out', {})
    const clientId = host.describe('/told.json', { backchannel_logout_uri })
    const visitor = await signIn(clientId)
    await visitor.followForm(await visitor.get('/oauth/logout'), { logout: 'yes' })
    await until(() => host.asked.includes('/out'), 'the client was told')
  })

  it('succeeds although its site is down', async () => {
    const clientId = host.describe('/away.json')
    const visitor = await signIn(clientId)
    host.publish('/away.json', {}, { status: 500 })
    await stage.restart()
    const done = await visitor.followForm(await visitor.get('/oauth/logout'), { logout: 'yes' })
    expect([done.status, done.heading]).to.eql([200, 'You’re signed out'])
    expect((await visitor.get('/account')).heading).to.equal('Sign in')
  })
})
