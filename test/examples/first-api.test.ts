import { expect } from 'chai'
import * as oidc from 'openid-client'
import { updateResource } from '../../src/resources/resources.ts'
import { discover } from '../support/relying-party.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import { freePort } from '../support/service-process.ts'
import { ODD_AUTHORIZATIONS } from './odd-tokens.ts'
import { openDocument } from './document.ts'

describe('the guide’s first API and its job', function () {
  let server: RunningServer
  let guide: ReturnType<typeof openDocument>
  let program: Awaited<ReturnType<typeof guide.start>>
  let api: string

  before(async () => {
    server = await startServer({ store: 'sqlite', separate: true })
    const port = await freePort()
    api = `http://localhost:${port}/`
    guide = openDocument('docs/first-app.md', server, { 3001: port })
    await guide.command('resource create')
    await guide.command('client create --name "Nightly job"')
    for (const file of ['api.mjs', 'job.mjs']) guide.save(file)
    program = await guide.start('api.mjs', api)
  })
  after(async () => {
    guide?.close()
    await server?.stop()
  })
  afterEach(() => {
    expect(program.alive(), `the API died: ${program.said()}`).to.equal(true)
  })

  async function call(authorization?: string): Promise<[number, string | null]> {
    const answer = await fetch(api, { headers: authorization ? { authorization } : {} })
    return [answer.status, answer.headers.get('www-authenticate')]
  }
  async function tokenOf(
    client: Parameters<RunningServer['createClient']>[0],
    asked: Record<string, string>,
  ) {
    const machine = await server.createClient({ grant_types: ['client_credentials'], ...client })
    const config = await discover(server.issuer, machine)
    return `Bearer ${(await oidc.clientCredentialsGrant(config, asked)).access_token}`
  }

  it('answer each other', async () => {
    const { code, stdout } = await guide.runToEnd('job.mjs')
    expect(stdout).to.match(/^200 Notes for [\w-]+\n/)
    expect(code).to.equal(0)
  })

  it('tell a missing token from one that is not valid', async () => {
    expect(await call()).to.eql([401, 'Bearer'])
    for (const [what, authorization] of Object.entries(ODD_AUTHORIZATIONS)) {
      const [status, challenge] = await call(authorization)
      expect(status, what).to.equal(401)
      expect(challenge, what).to.be.oneOf(['Bearer', 'Bearer error="invalid_token"'])
    }
    expect(await call(`Bearer ${'x'.repeat(20_000)}`)).to.eql([431, null])
  })

  it('refuse a token of another audience, and one that was revoked', async () => {
    const other = 'http://localhost:1/'
    await server.createResource({ identifier: other, scope: 'notes:read' })
    const elsewhere = { allowed_resources: [other], scope: 'notes:read' }
    const bad = [401, 'Bearer error="invalid_token"']
    expect(await call(await tokenOf(elsewhere, { resource: other }))).to.eql(bad)
    const mine = { allowed_resources: [api], scope: 'notes:read' }
    const machine = await server.createClient({ grant_types: ['client_credentials'], ...mine })
    const config = await discover(server.issuer, machine)
    const { access_token: token } = await oidc.clientCredentialsGrant(config, { scope: 'notes:read' })
    expect((await call(`Bearer ${token}`))[0]).to.equal(200)
    await oidc.tokenRevocation(config, token)
    expect(await call(`Bearer ${token}`)).to.eql(bad)
  })

  it('say that the account server does not answer, and go on when it does', async () => {
    const authorization = await tokenOf(
      { allowed_resources: [api], scope: 'notes:read' },
      { scope: 'notes:read' },
    )
    await server.signal('SIGINT')
    expect((await call(authorization))[0]).to.equal(503)
    const job = await guide.runToEnd('job.mjs')
    expect([job.code, job.stdout]).to.eql([1, ''])
    expect(job.stderr).to.match(/^The job did not run: .*ECONNREFUSED\n$/)
    await server.start()
    expect((await call(authorization))[0]).to.equal(200)
  })

  it('refuse a token without a scope', async () => {
    const { db, clock } = server.parts
    await updateResource(db, api, { scope: '' }, { clock })
    const bare = () => tokenOf({ allowed_resources: [api], scope: '' }, { resource: api })
    let answer = await call(await bare())
    // The server's processes hear of the change a moment later.
    while (answer[0] === 200) answer = await call(await bare())
    expect(answer).to.eql([403, 'Bearer error="insufficient_scope"'])
  })
})
