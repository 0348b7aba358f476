/** Requests to every operation of the JSON API, made of its own document, from a seed. No answer may be undocumented. */
import { grantRole } from '../../src/accounts/roles.ts'
import { ALL_SCOPES, createCaller } from '../api/caller.ts'
import { readDocument } from '../api/described.ts'
import type { Described, DescribedOperation, Json } from '../api/described.ts'
import { anyAddress, openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { randomFrom, VALUES } from '../security/malformed.ts'
import type { Random } from '../security/malformed.ts'
import type { Sent } from '../provider/send.ts'
import type { Store } from '../support/running-server.ts'
import { createValues } from './api-values.ts'

export type ApiReport = { statuses: Record<string, number>; faults: string[]; reached: Set<string> }

type Known = { own: string; person: string; administrator: string; reader: string; ids: string[] }

const MOST_FAULTS = 10
/** Its own answer to too much work is no fault. */
const BUSY = /"code":"hashing_busy"/

export async function playApi(given: { store: Store; requests: number; seed: number }): Promise<ApiReport> {
  const env = { ACCOUNT_SERVER_API_REQUESTS_PER_CLIENT: '100000' }
  const stage = await openStage({ store: given.store, env })
  try {
    return await play(stage, given)
  } finally {
    await stage.stop()
  }
}

async function play(
  stage: Stage,
  { requests, seed }: { requests: number; seed: number },
): Promise<ApiReport> {
  const described = await readDocument(stage)
  const random = randomFrom(seed)
  const report: ApiReport = { statuses: {}, faults: [], reached: new Set() }
  let known = await look(stage)
  for (let count = 0; count < requests && report.faults.length < MOST_FAULTS; count += 1) {
    // Operations end tokens and delete accounts, so that there must be new ones.
    if (count % 50 === 49) known = await look(stage)
    const operation = random.pick(described.operations)
    const sent = requestFor(described, operation, random, known)
    const answer = await stage.send(sent)
    report.statuses[answer.status] = (report.statuses[answer.status] ?? 0) + 1
    report.reached.add(`${operation.id} ${answer.status}`)
    const broken =
      answer.status >= 500 && !BUSY.test(answer.text) ? `${answer.status} ${answer.text}` : undefined
    const fault = broken ?? described.faultOf(operation, answer)
    if (fault !== undefined)
      report.faults.push(`${operation.id}: ${fault} for ${JSON.stringify(sent).slice(0, 1500)}`)
  }
  return report
}

/** Tokens of each kind, and ids that mean something. */
async function look(stage: Stage): Promise<Known> {
  const api = await createCaller(stage, ALL_SCOPES)
  const reader = await createCaller(stage, ['account:read'])
  const [person, administrator] = [await stage.person(), await stage.person()]
  await grantRole(stage.parts.db, administrator.id, 'admin')
  return {
    own: await api.ownToken(),
    person: await api.tokenOf(person),
    administrator: await api.tokenOf(administrator),
    reader: await reader.tokenOf(person),
    ids: [person.id, person.email, reader.party.clientId, 'a good long password'],
  }
}

function requestFor(described: Described, operation: DescribedOperation, random: Random, known: Known): Sent {
  const { good, wrong } = createValues(described, random, known.ids)
  const value = (schema: Json) => (random.chance(0.15) ? wrong(schema) : good(schema))
  const of = (place: string) => operation.parameters.filter((one) => one.in === place)
  let path = operation.path
  for (const { name, schema } of of('path')) path = path.replace(`{${name}}`, segment(value(schema)))
  const query = new URLSearchParams()
  for (const { name, schema, required } of of('query'))
    if (required || random.chance(0.5)) query.append(name, plain(value(schema)))
  if (random.chance(0.03)) query.append('unknown', 'x')
  const headers = headersFor(operation, random, known)
  const to = `/api/v1${path}${query.size > 0 ? `?${query}` : ''}`
  const method = operation.method.toUpperCase()
  if (operation.body === undefined) return { method, to, headers }
  const body = bodyFor(good(operation.body) as Json, random, wrong)
  return { method, to, headers: { 'content-type': typeOf(random), ...headers }, body }
}

function headersFor({ caller, parameters }: DescribedOperation, random: Random, known: Known) {
  const right = { person: known.person, program: known.own, administrator: known.administrator }
  const token = random.chance(0.8)
    ? right[caller ?? 'person']
    : random.pick([known.own, known.person, known.administrator, known.reader, 'unknown', '%'])
  const optional = parameters.filter((one) => one.in === 'header' && random.chance(0.3))
  return {
    'x-forwarded-for': anyAddress(),
    ...Object.fromEntries(
      optional.map(({ name }) => [name, random.pick(['a', '"a"', '*', 'x'.repeat(300)])]),
    ),
    ...(random.chance(0.95) && { authorization: `Bearer ${token}` }),
    ...(random.chance(0.05) && { origin: random.pick(['https://evil.example', 'null', 'x']) }),
  }
}

function typeOf(random: Random): string {
  return random.chance(0.95)
    ? 'application/json'
    : random.pick(['text/plain', 'application/json; charset=x', ''])
}

function bodyFor(good: Json, random: Random, wrong: (schema: Json) => unknown): string {
  if (random.chance(0.05))
    return random.pick(['', '{', '[]', 'null', '"a"', '{"a":{"a":'.repeat(20), 'x'.repeat(70_000)])
  for (const name of Object.keys(good)) if (random.chance(0.15)) good[name] = wrong({})
  if (random.chance(0.05)) good[random.pick(VALUES).slice(0, 50)] = 1
  return JSON.stringify(good)
}

/** Dots alone would be another address. */
function segment(value: unknown): string {
  const text = plain(value)
  return text === '' || /^\.+$/.test(text) ? 'x' : encodeURIComponent(text)
}

function plain(value: unknown): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed()
}
