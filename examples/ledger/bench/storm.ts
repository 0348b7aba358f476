/**
 * Random transfers between random people, many at once, while the ledger is killed again and again. Each transfer has a
 * key and is sent until it is answered, as a careful client does. At the end the books have to balance.
 */
import { rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Agent, request } from 'node:http'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../database.ts'
import type { Db } from '../database.ts'
import { startFakeProvider } from './fake-provider.ts'
import { ledgerProcess, pause } from './ledger-process.ts'
import type { LedgerProcess } from './ledger-process.ts'

export type StormOptions = {
  /** `mysql://…` of an empty database; without it an SQLite file. */
  database?: string | undefined
  transfers: number
  atOnce: number
  /** kill -9 so many times, spread over the transfers. */
  kills: number
  people: number
  onProgress?: (done: number) => void
}

export type StormResult = {
  seconds: number
  perSecond: number
  kills: number
  /** Answers by status. */
  answers: Record<number, number>
  /** Requests that were sent again because no answer came. */
  resent: number
  /** Keys that were sent again at the end, and those with another answer than before. */
  checked: number
  different: number
  sumOfBalances: number
  sumOfEntries: number
  overdrawn: number
  /** Transfers in the books beyond those that were answered with 201, or fewer. */
  unaccounted: number
}

const SECRET = { client_id: 'bench', client_secret: 'bench' }
const MOST_AMOUNT = 2000
const MOST_CHECKED = 1000
const RETRY_MS = 100

type Order = { token: string; key: string; body: string }
type Answered = { status: number; text: string }
type Run = { publicUrl: string; agent: Agent; resent: number }

export async function storm(options: StormOptions): Promise<StormResult> {
  const folder = await mkdtemp(join(tmpdir(), 'ledger-storm-'))
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  const provider = await startFakeProvider({ audience: `${publicUrl}/`, people: options.people })
  const database = options.database ?? join(folder, 'ledger.sqlite')
  const credentials = join(folder, 'credentials.json')
  await writeFile(credentials, JSON.stringify({ resource: SECRET, app: SECRET }))
  const ledger = ledgerProcess(publicUrl, {
    LEDGER_ISSUER: provider.issuer,
    LEDGER_PUBLIC_URL: publicUrl,
    LEDGER_TOKENS: 'jwt',
    LEDGER_DATABASE: database,
    LEDGER_CREDENTIALS_FILE: credentials,
    LEDGER_LOG_DIR: join(folder, 'logs'),
  })
  try {
    await ledger.start()
    const numbers = Array.from({ length: options.people }, (_, at) => at + 1)
    const tokens = await Promise.all(numbers.map((number) => provider.token(`person-${number}`)))
    return await run(options, { publicUrl, ledger, tokens, database })
  } finally {
    await ledger.kill()
    await provider.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

type Started = { publicUrl: string; ledger: LedgerProcess; tokens: string[]; database: string }

async function run(
  options: StormOptions,
  { publicUrl, ledger, tokens, database }: Started,
): Promise<StormResult> {
  const { transfers, atOnce, kills, onProgress } = options
  const orders = Array.from({ length: transfers }, (_, at) => randomOrder(at, tokens))
  const answers: Answered[] = []
  const client: Run = { publicUrl, agent: new Agent({ keepAlive: true, maxSockets: atOnce }), resent: 0 }
  const startedAtMs = performance.now()
  let [next, done] = [0, 0]
  const sender = async () => {
    for (let at = next++; at < transfers; at = next++) {
      answers[at] = await untilAnswered(client, orders[at]!)
      onProgress?.((done += 1))
    }
  }
  const killer = async () => {
    for (let nth = 1; nth <= kills; nth += 1) {
      while (done < (transfers * nth) / (kills + 1)) await pause(1)
      await ledger.kill()
      await ledger.start()
    }
  }
  await Promise.all([killer(), ...Array.from({ length: atOnce }, sender)])
  const seconds = (performance.now() - startedAtMs) / 1000
  const different = await countDifferent(client, orders, answers)
  client.agent.destroy()
  await ledger.kill()
  const byStatus = countByStatus(answers)
  return {
    seconds,
    perSecond: transfers / seconds,
    kills,
    answers: byStatus,
    resent: client.resent,
    ...different,
    ...(await readBooks(database, byStatus[201] ?? 0)),
  }
}

function countByStatus(answers: Answered[]): Record<number, number> {
  const groups = [...Map.groupBy(answers, ({ status }) => status)]
  return Object.fromEntries(groups.map(([status, all]) => [status, all.length]))
}

function randomOrder(at: number, tokens: string[]): Order {
  const from = random(tokens.length)
  const to = (from + 1 + random(tokens.length - 1)) % tokens.length
  const body = { recipient: `person-${to + 1}@example.org`, amount_minor: 1 + random(MOST_AMOUNT) }
  return { token: tokens[from]!, key: `storm-${at}`, body: JSON.stringify(body) }
}

function random(below: number): number {
  return Math.floor(Math.random() * below)
}

/** Sends again while no answer comes, or one that says that nothing is known (5xx). */
async function untilAnswered(client: Run, order: Order): Promise<Answered> {
  for (;;) {
    const answer = await send(client, order).catch(() => undefined)
    if (answer && answer.status < 500) return answer
    client.resent += 1
    await pause(RETRY_MS)
  }
}

/** node:http, because it costs less of the machine that the ledger shares than fetch does. */
async function send({ publicUrl, agent }: Run, { token, key, body }: Order): Promise<Answered> {
  const outgoing = request(`${publicUrl}/transfers`, {
    agent,
    method: 'POST',
    headers: {
      Authorization: `Bearer ${token}`,
      'Idempotency-Key': key,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    },
  })
  outgoing.end(body)
  return new Promise((resolve, reject) => {
    outgoing.once('error', reject)
    outgoing.once('response', (incoming) => {
      let text = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (chunk: string) => (text += chunk))
      incoming.once('error', reject)
      incoming.once('close', () => {
        if (incoming.complete) resolve({ status: incoming.statusCode ?? 0, text })
        else reject(new Error('the answer was cut off'))
      })
    })
  })
}

/** The same key must give the same answer, for a sample over the whole run. */
async function countDifferent(client: Run, orders: Order[], answers: Answered[]) {
  const step = Math.max(1, Math.floor(orders.length / MOST_CHECKED))
  let [checked, different] = [0, 0]
  for (let at = 0; at < orders.length; at += step) {
    const again = await untilAnswered(client, orders[at]!)
    checked += 1
    if (again.status !== answers[at]?.status || again.text !== answers[at]?.text) different += 1
  }
  return { checked, different }
}

async function readBooks(database: string, accepted: number) {
  const db = await openDatabase(database)
  try {
    const [overdrawn] = await db('accounts')
      .where('balance_minor', '<', 0)
      .whereNot('sub', '')
      .count({ n: '*' })
    const [booked] = await db('transfers').where({ kind: 'transfer' }).count({ n: '*' })
    return {
      sumOfBalances: await sumOf(db, 'accounts', 'balance_minor'),
      sumOfEntries: await sumOf(db, 'entries', 'amount_minor'),
      overdrawn: Number(overdrawn?.['n']),
      unaccounted: Number(booked?.['n']) - accepted,
    }
  } finally {
    await db.destroy()
  }
}

async function sumOf(db: Db, table: string, column: string): Promise<number> {
  const [row] = await db(table).sum({ sum: column })
  return Number(row?.['sum'])
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
