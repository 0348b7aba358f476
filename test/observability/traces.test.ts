import { expect } from 'chai'
import { openStage, PASSWORD, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { codeIn } from '../support/letter.ts'
import { startServer } from '../support/running-server.ts'
import { freePort } from '../support/service-process.ts'
import { attribute, startTraceCollector } from './trace-collector.ts'
import type { CollectedSpan } from './trace-collector.ts'

const OUTER_TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const OUTER_SPAN = '00f067aa0ba902b7'
const TRACEPARENT = `00-${OUTER_TRACE}-${OUTER_SPAN}-01`
const AUTHORIZATION = 'Bearer a-token-for-the-collector'

type Collector = Awaited<ReturnType<typeof startTraceCollector>>

for (const store of ['sqlite', 'mariadb+redis'] as const) {
  describe(`traces on ${store}`, () => {
    let collector: Collector
    let stage: Stage

    before(async () => {
      collector = await startTraceCollector()
      const env = {
        ACCOUNT_SERVER_TRACES_URL: collector.url,
        ACCOUNT_SERVER_TRACES_AUTHORIZATION: AUTHORIZATION,
      }
      stage = await openStage({ store, processes: 1, env })
    })
    after(async () => {
      await stage?.stop()
      await collector?.stop()
    })

    /** The spans of a trace, once one of that name is there. */
    async function traceOf(traceId: string, name: string): Promise<CollectedSpan[]> {
      const ofTrace = () => collector.spans.filter((span) => span.traceId === traceId)
      await until(() => ofTrace().some((span) => span.name === name), `${name} of ${traceId} is collected`)
      return ofTrace()
    }

    it('show what a sign-in did, step by step, each below the step that caused it', async () => {
      const person = await stage.createAccount()
      const visitor = stage.visitor()
      const { through } = await visitor.signIn(person)
      const posted = through.find(({ status }) => status === 303)
      const traceId = posted?.headers.get('x-request-id') ?? ''
      const spans = await traceOf(traceId, 'POST /sign-in')
      const names = spans.map(({ name }) => name)
      expect(names).to.include.members(['password verify', 'SQL SELECT', 'SQL INSERT'])
      if (store !== 'sqlite') expect(names.some((name) => name.startsWith('grant store '))).to.equal(true)
      const ids = new Set(spans.map(({ spanId }) => spanId))
      const [root, ...others] = spans.filter(({ parentSpanId }) => !parentSpanId)
      expect(root?.name).to.equal('POST /sign-in')
      expect(others).to.eql([])
      for (const { name, parentSpanId } of spans)
        if (parentSpanId) expect(ids.has(parentSpanId), name).to.equal(true)
      expect(attribute(root!, 'http.response.status_code')).to.equal(303)
      const [statement] = spans.filter(({ name }) => name === 'SQL SELECT')
      expect(attribute(statement!, 'db.system.name')).to.equal(store === 'sqlite' ? 'sqlite' : 'mysql')
      expect(attribute(statement!, 'db.query.text')).to.match(/^select .*\?/)
    })

    it('go on in the worker that mails', async () => {
      const { email } = await stage.createAccount()
      const visitor = stage.visitor()
      const form = await visitor.get('/forgot')
      const { through } = await visitor.followForm(form, { email })
      const traceId = through[0]?.headers.get('x-request-id') ?? ''
      const spans = await traceOf(traceId, 'deliver mail')
      const delivery = spans.find(({ name }) => name === 'deliver mail')
      const below = spans.filter(({ parentSpanId }) => parentSpanId === delivery?.spanId)
      expect(below.map(({ name }) => name)).to.include('SQL UPDATE')
      expect(spans.map(({ name }) => name)).to.include('POST /forgot')
    })

    it('are named in the lines of the log, and have the ids of error pages', async () => {
      const { headers, text } = await stage.visitor().get('/reset-password?token=unknown')
      const traceId = headers.get('x-request-id') ?? ''
      expect(traceId).to.match(/^[0-9a-f]{32}$/)
      const lines = () =>
        stage
          .log()
          .split('\n')
          .filter((line) => line.includes(`"traceId":"${traceId}"`))
      await until(() => lines().some((line) => line.includes('http.request')), 'the request is logged')
      const refused = await stage.visitor().get('/no-such-page')
      const refusedTrace = refused.headers.get('x-request-id') ?? ''
      const [root] = await traceOf(refusedTrace, 'GET')
      const errorId = String(attribute(root!, 'account_server.error_id'))
      expect(refused.text).to.contain(errorId)
      expect(text).to.not.contain('traceparent')
    })

    it('hold no secret and no personal data', async () => {
      const { email } = await stage.createAccount({ name: 'Trace Person' })
      const visitor = stage.visitor()
      await visitor.followForm(await visitor.get('/forgot'), { email })
      const letter = await stage.waitForMail(email)
      const last = await visitor.get('/sign-in')
      await traceOf(last.headers.get('x-request-id') ?? '', 'GET /sign-in')
      const all = JSON.stringify(collector.bodies)
      for (const secret of [email, 'Trace Person', PASSWORD, codeIn(letter), '127.0.0.1', AUTHORIZATION])
        expect(all.includes(secret), secret).to.equal(false)
      expect(new Set(collector.authorizations)).to.eql(new Set([AUTHORIZATION]))
    })
  })
}

describe('traces', () => {
  it('are part of the trace of a proxy that is trusted', async () => {
    const collector = await startTraceCollector()
    const env = {
      ACCOUNT_SERVER_TRACES_URL: collector.url,
      ACCOUNT_SERVER_TRUSTED_PROXIES: '127.0.0.1',
      // A trace that begins elsewhere is kept or not as it was decided there.
      ACCOUNT_SERVER_TRACES_SAMPLE_PERCENT: '0',
    }
    const stage = await openStage({ store: 'sqlite', env })
    const { headers } = await stage.visitor({ traceparent: TRACEPARENT }).get('/sign-in')
    expect(headers.get('x-request-id')).to.equal(OUTER_TRACE)
    await stage.visitor().get('/sign-in')
    await stage.stop()
    const roots = collector.spans.filter(({ kind }) => kind === 2)
    expect(roots.map(({ parentSpanId }) => parentSpanId)).to.eql([OUTER_SPAN])
    await collector.stop()
  })

  it('do not begin with what just anybody sends', async () => {
    const collector = await startTraceCollector()
    const env = {
      ACCOUNT_SERVER_TRACES_URL: collector.url,
      ACCOUNT_SERVER_TRUSTED_PROXIES: '192.0.2.1',
    }
    const stage = await openStage({ store: 'sqlite', env })
    const { headers } = await stage.visitor({ traceparent: TRACEPARENT }).get('/sign-in')
    expect(headers.get('x-request-id'))
      .to.match(/^[0-9a-f]{32}$/)
      .and.not.equal(OUTER_TRACE)
    await stage.stop()
    await collector.stop()
  })

  it('are sent before the process ends', async () => {
    const collector = await startTraceCollector()
    const env = { ACCOUNT_SERVER_TRACES_URL: collector.url }
    const server = await startServer({ store: 'sqlite', separate: true, env })
    const answer = await fetch(`${server.issuer}/.well-known/openid-configuration`)
    const traceId = answer.headers.get('x-request-id')
    expect(await server.signal('SIGTERM')).to.eql([0])
    expect(collector.spans.some((span) => span.traceId === traceId)).to.equal(true)
    await server.stop()
    await collector.stop()
  })

  for (const [name, urlOf] of [
    ['is away', async () => `http://127.0.0.1:${await freePort()}/v1/traces`],
    ['refuses', async () => (await startTraceCollector(400)).url],
  ] as const)
    it(`disturb nobody while the collector ${name}, and the log says so once`, async () => {
      const env = { ACCOUNT_SERVER_TRACES_URL: await urlOf() }
      const stage = await openStage({ store: 'sqlite', env })
      const lost = () =>
        stage
          .log()
          .split('\n')
          .filter((line) => line.includes('traces.lost'))
      await stage.visitor().get('/sign-in')
      await until(() => lost().length > 0, 'the loss is logged')
      expect((await stage.visitor().get('/sign-in')).status).to.equal(200)
      await stage.stop()
      expect(lost()).to.have.lengthOf(1)
    })
})
