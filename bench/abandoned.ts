/**
 * What strangers leave in Redis: bytes of each flow that is begun and abandoned, how long they stay, and what a flood from
 * one address leaves at its limit. `npm run bench -- --abandoned`.
 */
import { Redis } from 'ioredis'
import { FLOW_WINDOW_MS } from '../src/provider/records/flow-limits.ts'
import { registerApp } from '../test/protocol/challenge/first-party-app.ts'
import { registerAsker } from '../test/protocol/ciba/asker.ts'
import { DEVICE_GRANT } from '../test/protocol/device/device-code.ts'
import { register } from '../test/provider/relying-party.ts'
import { anyAddress, awayFromNextWindow, openStage } from '../test/provider/stage.ts'
import type { Stage } from '../test/provider/stage.ts'

export type Abandoned = { flow: string; bytes: number; staysSeconds: number }
export type Flood = { limit: number; sent: number; taken: number; bytes: number; tenMinutesBytes: number }
export type AbandonedReport = { flows: Abandoned[]; flood: Flood }

const ROUNDS = 20
const LARGE = 's'.repeat(8000)
const FLOOD_LIMIT = 200

export async function measureAbandoned(): Promise<AbandonedReport> {
  const env = { ACCOUNT_SERVER_FLOWS_PER_NETWORK: String(FLOOD_LIMIT) }
  const stage = await openStage({ store: 'mariadb+redis', processes: 1, env })
  const redis = new Redis(stage.redisUrl!)
  try {
    const flows: Abandoned[] = []
    for (const [flow, begin] of Object.entries(await flowsOf(stage)))
      flows.push({ flow, ...(await measureOne(redis, begin)) })
    return { flows, flood: await measureFlood(stage, redis) }
  } finally {
    redis.disconnect()
    await stage.stop()
  }
}

export function abandonedTable({ flows, flood }: AbandonedReport): string {
  const rows = flows.map(
    ({ flow, bytes, staysSeconds }) =>
      `${flow.padEnd(34)}${String(bytes).padStart(8)} bytes, the last gone after ${staysSeconds} s`,
  )
  const { limit, sent, taken, bytes, tenMinutesBytes } = flood
  const summary = `A flood of ${sent} of the largest pushed requests from one address, at a limit of ${limit}: ${taken} taken, ${bytes} bytes left.`
  return `${rows.join('\n')}\n\n${summary}\nTen minutes of it leave ${tenMinutesBytes} bytes at most, and ${10 * tenMinutesBytes} at the default limit of 2000.`
}

type Begin = () => Promise<{ status: number; text: string }>

async function flowsOf(stage: Stage): Promise<Record<string, Begin>> {
  const grants = { grant_types: ['authorization_code' as const, DEVICE_GRANT as never] }
  const app = await register(stage, { token_endpoint_auth_method: 'none', ...grants })
  const bank = await registerAsker(stage)
  const native = await registerApp(stage)
  const { email } = await stage.person()
  const from = () => ({ 'x-forwarded-for': anyAddress() })
  const push = (state: string) =>
    app.call('/oauth/par', fieldsOf(stage, app.authorizePath({ state })), from())
  return {
    'pushed request': () => push('a-state'),
    'pushed request, largest': () => push(LARGE),
    'device code': () => app.call('/oauth/device', { scope: 'openid' }, from()),
    'CIBA request': () => bank.call('/oauth/backchannel', { scope: 'openid', login_hint: email }),
    'sign-in page': () => stage.send({ to: app.authorizePath(), headers: from() }),
    'session of nobody (/device)': () => stage.send({ to: '/device', headers: from() }),
    'authorization challenge': () => native.begin({}, from()),
  }
}

function fieldsOf(stage: Stage, path: string): Record<string, string> {
  return Object.fromEntries(new URL(path, stage.issuer).searchParams)
}

async function measureOne(redis: Redis, begin: Begin): Promise<Omit<Abandoned, 'flow'>> {
  const before = new Set(await redis.keys('*'))
  for (let round = 0; round < ROUNDS; round += 1) {
    const { status, text } = await begin()
    // 403 is how a challenge begins: it asks for the password.
    if (status >= 400 && status !== 403)
      throw new Error(`a flow was refused: ${status} ${text.slice(0, 200)}`)
  }
  const left = (await redis.keys('*')).filter((key) => !before.has(key) && !isOwn(key))
  const sizes = await Promise.all(left.map(async (key) => Number(await redis.memory('USAGE', key))))
  const ends = await Promise.all(left.map((key) => redis.pttl(key)))
  return { bytes: Math.round(sum(sizes) / ROUNDS), staysSeconds: Math.ceil(Math.max(0, ...ends) / 1000) }
}

/** Counters and probes: a few keys of the server's own, however many flows there are. */
const isOwn = (key: string) => /^(flows|ready|account-server):/.test(key)
const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0)

/** The flood reaches over at most three windows in ten minutes; what it leaves is counted as if nothing ended meanwhile. */
async function measureFlood(stage: Stage, redis: Redis): Promise<Flood> {
  await awayFromNextWindow(FLOW_WINDOW_MS)
  const app = await register(stage, { token_endpoint_auth_method: 'none' })
  const fields = fieldsOf(stage, app.authorizePath({ state: LARGE }))
  const before = new Set(await redis.keys('*'))
  const sent = FLOOD_LIMIT
  let taken = 0
  for (let turn = 0; turn < sent; turn += 1) {
    const { status } = await app.call('/oauth/par', fields, { 'x-forwarded-for': '198.51.100.7' })
    if (status === 201) taken += 1
  }
  const left = (await redis.keys('*')).filter((key) => !before.has(key))
  const bytes = sum(await Promise.all(left.map(async (key) => Number(await redis.memory('USAGE', key)))))
  return { limit: FLOOD_LIMIT, sent, taken, bytes, tenMinutesBytes: 3 * bytes }
}
