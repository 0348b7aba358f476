/** Every status that the OpenAPI document names for an operation is caused once, and no answer is undocumented. */
import { connect } from 'node:net'
import { expect } from 'chai'
import { takeClientRequest } from '../../src/attempts/account-limits.ts'
import type { Answer } from '../provider/send.ts'
import { openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { tokensLackingOne } from './caller.ts'
import type { ApiScope } from '../../src/operations/scopes.ts'
import { readDocument } from './described.ts'
import type { Described, DescribedOperation } from './described.ts'
import { goodRequests } from './good-requests.ts'
import type { Request } from './good-requests.ts'

type Bend = Partial<Request> & {
  headers?: Record<string, string>
  raw?: string | Buffer
  anonymous?: boolean
}

describe('every status of the OpenAPI document', function () {
  this.timeout(300_000)
  let stage: Stage
  let described: Described
  let requests: Awaited<ReturnType<typeof goodRequests>>
  let slow: Promise<(readonly [id: string, status: number])[]>
  const caused = new Set<string>()
  const faults: string[] = []

  before(async () => {
    const env = { ACCOUNT_SERVER_TRUSTED_BROWSER_DAYS: '30' }
    stage = await openStage({ store: 'sqlite', env })
    described = await readDocument(stage)
    requests = await goodRequests(stage)
    const waiting = all().filter((one) => '408' in one.responses)
    const made = await Promise.all(waiting.map(good))
    // It takes ten seconds, in which the others go on.
    slow = Promise.all(waiting.map(async (one, at) => [one.id, await begun(stage, one, made[at]!)] as const))
  })
  after(() => stage.stop())

  async function send(one: DescribedOperation, request: Request, bend: Bend = {}): Promise<Answer> {
    const { path, token, body, file, headers, raw, anonymous } = { ...request, ...bend }
    const sent = raw ?? file?.bytes ?? (body && JSON.stringify(body))
    const answer = await stage.send({
      method: one.method.toUpperCase(),
      to: `/api/v1${path}`,
      headers: {
        ...(!anonymous && { authorization: `Bearer ${token}` }),
        ...(sent !== undefined && { 'content-type': file?.type ?? 'application/json' }),
        ...headers,
      },
      ...(sent !== undefined && { body: sent }),
    })
    caused.add(`${one.id} ${answer.status}`)
    const fault = described.faultOf(one, answer)
    if (fault !== undefined && answer.status !== 304) faults.push(`${one.id}: ${fault}`)
    return answer
  }
  const all = () => described.operations.filter(({ caller }) => caller !== undefined)
  const good = async ({ id }: DescribedOperation): Promise<Request> => {
    const make = requests.good[id]
    if (!make) throw new Error(`test/api/good-requests.ts has no request for ${id}`)
    return make()
  }

  it('is caused: success, and refusals of what every request has', async () => {
    const lacking = await tokensLackingOne(stage)
    for (const one of all()) {
      const request = await good(one)
      await send(one, request, { path: `${request.path}?surplus=1` })
      await send(one, request, { anonymous: true })
      await send(one, request, { token: lacking.get(one.scope as ApiScope)! })
      if ('412' in one.responses) await send(one, request, { headers: { 'if-match': '"earlier"' } })
      if ('413' in one.responses) await send(one, request, { raw: tooLarge(request) })
      if ('415' in one.responses) await send(one, request, { headers: { 'content-type': 'text/plain' } })
      if (one.path.includes('{'))
        await send(one, request, { path: one.path.replace(/\{\w+\}/, 'https%3A%2F%2Fnobody.example') })
      const done = await send(one, request)
      expect(done.status, `${one.id}: ${done.text}`).to.be.within(200, 299)
      if ('304' in one.responses)
        await send(one, request, { headers: { 'if-none-match': String(done.headers['etag']) } })
    }
  })

  it('is caused: a key that is in use, or was used for something else', async () => {
    for (const one of all().filter(({ parameters }) =>
      parameters.some(({ name }) => name === 'Idempotency-Key'),
    )) {
      const request = await good(one)
      const headers = { 'idempotency-key': `${one.id}-${Date.now()}` }
      expect((await send(one, request, { headers })).status, one.id).to.be.within(200, 299)
      const rows = stage.parts.db('idempotency_keys')
      await rows.clone().update({ answer: null })
      expect((await send(one, request, { headers })).status, one.id).to.equal(409)
      await rows.clone().update({ requestDigest: 'another' })
      expect((await send(one, request, { headers })).status, one.id).to.equal(422)
      await rows.clone().delete()
    }
  })

  it('is caused: a body that takes too long', async () => {
    for (const [id, status] of await slow) caused.add(`${id} ${status}`)
  })

  it('is caused: what some operations alone refuse', async () => {
    for (const [name, make] of Object.entries(requests.refused)) {
      const [id, status] = name.split(' ')
      const one = described.operations.find((found) => found.id === id)!
      const answer = await send(one, await make())
      expect(answer.status, `${name}: ${answer.text}`).to.equal(Number(status))
    }
  })

  it('is caused: too many requests of a client', async () => {
    const { parts } = stage
    const { clientId } = requests.api.party
    const take = (kind: 'registration' | 'check') =>
      takeClientRequest(parts, kind, clientId, parts.clock()).then(
        () => true,
        () => false,
      )
    for (const kind of ['registration', 'check'] as const) while (await take(kind));
    const program = all().filter((one) => one.caller === 'program')
    const email = 'a@example.org'
    const bodies: Record<string, Record<string, unknown>> = {
      checkUser: { login: email },
      registerAccount: { email, password: 'seven purple kettles' },
      verifyRegistration: { token: 'x', password: 'x' },
      completeReset: { token: 'x', code: 'x', new_password: 'x' },
    }
    const token = await requests.api.ownToken()
    for (const one of program) await send(one, { path: one.path, token, body: bodies[one.id] ?? { email } })
  })

  it('is caused: a database that does not answer', async () => {
    const token = await requests.api.ownToken()
    const client = stage.parts.db.client as { acquireConnection: () => Promise<unknown> }
    const { acquireConnection } = client
    client.acquireConnection = () =>
      Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }))
    try {
      for (const one of all()) await send(one, { path: one.path.replace(/\{\w+\}/, 'x'), token })
    } finally {
      client.acquireConnection = acquireConnection
    }
  })

  it('was caused, and every answer was documented', () => {
    const documented = all().flatMap(({ id, responses }) =>
      Object.keys(responses).map((status) => `${id} ${status}`),
    )
    expect(documented.length).to.be.above(300)
    expect(documented.filter((one) => !caused.has(one))).to.eql([])
    expect([...caused].filter((one) => !documented.includes(one))).to.eql([])
    expect(faults).to.eql([])
  })
})

/** Above the limit of bodies, and of pictures by default. */
function tooLarge({ file }: Request): Buffer {
  return Buffer.alloc(file ? 5 * 1024 * 1024 + 1 : 70_000, 'x')
}

/** Sends the head of a request and no body, and answers the status. */
function begun(
  { issuer, processes }: Stage,
  { method }: DescribedOperation,
  { path, token, file }: Request,
): Promise<number> {
  const head = [
    `${method.toUpperCase()} /api/v1${path} HTTP/1.1`,
    `Host: ${new URL(issuer).host}`,
    `Authorization: Bearer ${token}`,
    `Content-Type: ${file?.type ?? 'application/json'}`,
    'Content-Length: 10',
  ]
  return new Promise((resolve, reject) => {
    const socket = connect(processes[0]!.port, '127.0.0.1', () =>
      socket.write(`${head.join('\r\n')}\r\n\r\n`),
    )
    socket.once('data', (first) => {
      socket.destroy()
      resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(first.toString())?.[1]))
    })
    socket.once('error', reject)
  })
}
