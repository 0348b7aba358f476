/** Sends mutated requests to a real server and judges every answer, the server's event loop and its memory. */
import { Agent } from 'node:http'
import { anyAddress, openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { send } from '../provider/send.ts'
import type { Answer, Sent } from '../provider/send.ts'
import { malformed, randomFrom } from '../security/malformed.ts'
import type { Random } from '../security/malformed.ts'
import { pageRoutes, PROTOCOL_ROUTES } from '../security/routes.ts'
import { createProbe } from '../support/process-probe.ts'
import type { Store } from '../support/running-server.ts'
import { corpus } from './corpus.ts'
import { refreshState, registerApps } from './live-state.ts'
import type { Apps, LiveState } from './live-state.ts'
import { mutate } from './mutate.ts'
import { faultOf, requestIdOf, suspectsOf } from './verdict.ts'
import type { Fault, Played } from './verdict.ts'

export type Plan = {
  store: Store
  requests: number
  seed: number
  /** Called after each portion. */
  onProgress?: (done: number) => void
}

export type FuzzReport = {
  requests: number
  /** How many answers had which status; `closed` is a connection that the server closed. */
  statuses: Record<string, number>
  faults: Fault[]
  /** The longest that one request, or a few together, held the server's main thread. */
  longestHeldMs: number
  /** After a collection of garbage: once warm, and at the end. */
  heapBytes: { warm: number; end: number }
}

const AT_ONCE = 8
/** Signs in anew after as many. */
const PORTION = 1000
/** Longer than this between two turns of the event loop is a fault. */
const HELD_LIMIT_MS = 100
const MOST_FAULTS = 20
/** One client and a few networks send everything here; what is refused for that is never looked at. */
const NO_LIMITS = {
  ACCOUNT_SERVER_FLOWS_PER_NETWORK: '1000000',
  ACCOUNT_SERVER_FLOWS_PER_CLIENT: '1000000',
}

export async function play(plan: Plan): Promise<FuzzReport> {
  const probe = createProbe()
  const stage = await openStage({ store: plan.store, processes: 1, env: { ...probe.env, ...NO_LIMITS } })
  try {
    return await playOn(stage, plan, () => probe.read(stage.processes[0]!.pid))
  } finally {
    await stage.stop()
  }
}

type Read = () => ReturnType<ReturnType<typeof createProbe>['read']>

async function playOn(stage: Stage, plan: Plan, read: Read): Promise<FuzzReport> {
  const random = randomFrom(plan.seed)
  const apps = await registerApps(stage)
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const report: FuzzReport = {
    requests: 0,
    statuses: {},
    faults: [],
    longestHeldMs: 0,
    heapBytes: { warm: 0, end: 0 },
  }
  const warmAt = Math.min(plan.requests / 4, 20 * PORTION)
  await read()
  while (report.requests < plan.requests && report.faults.length < MOST_FAULTS) {
    const state = await refreshState(stage, apps)
    const next = createRequests({ stage, apps, state, random })
    const played = await sendAll(stage, agent, Math.min(PORTION, plan.requests - report.requests), next)
    const seen = await read()
    take(report, played, seen)
    for (const one of report.faults) one.logged ??= linesAbout(one, stage)
    if (report.heapBytes.warm === 0 && report.requests >= warmAt) report.heapBytes.warm = seen.heapBytes
    report.heapBytes.end = seen.heapBytes
    plan.onProgress?.(report.requests)
  }
  agent.destroy()
  return report
}

function take(report: FuzzReport, played: Played[], seen: Awaited<ReturnType<Read>>): void {
  report.requests += played.length
  for (const one of played) {
    const status = one.answer === 'closed' ? 'closed' : String(one.answer.status)
    report.statuses[status] = (report.statuses[status] ?? 0) + 1
    const fault = faultOf(one)
    if (fault) report.faults.push({ sent: [one.sent], fault, requestId: requestIdOf(one) })
  }
  report.longestHeldMs = Math.max(report.longestHeldMs, seen.longestMs)
  for (const held of seen.held) if (held.heldMs > HELD_LIMIT_MS) report.faults.push(suspectsOf(held, played))
}

/** What the operator's log says of a refused request: its id is in the answer. */
function linesAbout({ requestId }: Fault, stage: Stage): string[] {
  if (requestId === undefined) return []
  const lines = stage.log().split('\n')
  return lines.filter((line) => line.includes(requestId) && line.includes('"err"'))
}

type Ingredients = { stage: Stage; apps: Apps; state: LiveState; random: Random }

/** Three of four begin with a good request; the fourth has no idea of one. */
function createRequests({ stage, apps, state, random }: Ingredients): () => Sent {
  const live = valuesIn(state, apps)
  const routes = [...pageRoutes(), ...PROTOCOL_ROUTES]
  const known = {
    cookie: state.member,
    csrf: state.memberCsrf,
    origin: stage.issuer,
    clientId: apps.web.clientId,
    redirectUri: apps.web.redirectUri,
    auth: apps.web.auth,
  }
  return () =>
    random.chance(0.75)
      ? mutate(random.pick(corpus(stage.issuer, apps, state)), random, live)
      : malformed(random, random.pick(routes), known)
}

/** Every text in the state: tokens, codes, addresses, cookies. */
function valuesIn(...parts: unknown[]): string[] {
  return parts.flatMap((part) => {
    if (typeof part === 'string') return /^[\x20-\x7e]*$/.test(part) ? [part] : []
    if (part === null || typeof part !== 'object') return []
    return valuesIn(...Object.values(part))
  })
}

async function sendAll(stage: Stage, agent: Agent, count: number, next: () => Sent): Promise<Played[]> {
  const played: Played[] = []
  const { port } = stage.processes[0]!
  const { host } = new URL(stage.issuer)
  let left = count
  const lane = async () => {
    while (left > 0) {
      left -= 1
      const headers = { host, accept: 'text/html', 'x-forwarded-for': anyAddress() }
      const made = next()
      const sent = { ...made, headers: { ...headers, ...made.headers }, agent }
      const fromMs = Date.now()
      const answer = await deliver(`http://127.0.0.1:${port}`, sent)
      played.push({ sent: made, answer, fromMs, untilMs: Date.now() })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return played
}

// A server that has answered may close before the rest has left, and closes after bytes that are no HTTP.
const CLOSED = new Set(['EPIPE', 'ECONNRESET', 'HPE_CLOSED_CONNECTION'])

async function deliver(address: string, sent: Sent & { agent: Agent }): Promise<Answer | 'closed'> {
  try {
    return await send(address, sent)
  } catch (error) {
    if (CLOSED.has((error as NodeJS.ErrnoException).code ?? '')) return 'closed'
    throw new Error(`no answer to ${JSON.stringify(sent.to)}`, { cause: error })
  }
}
