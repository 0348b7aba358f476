/**
 * Random transfers between random people, many at once, while the ledger is killed again and again. Each transfer has a
 * key and is sent until it is answered, as a careful client does. At the end the books have to balance.
 */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startFakeProvider } from './fake-provider.ts'
import { ledgerProcess } from './ledger-process.ts'
import type { LedgerProcess } from './ledger-process.ts'
import { createSender, orderAt } from './order.ts'
import type { Answered, Sender } from './order.ts'
import { readBooks } from './read-books.ts'
import type { Books } from './read-books.ts'

export type StormOptions = {
  /** `mysql://…` of an empty database; without it an SQLite file. */
  database?: string | undefined
  /** For the SQLite file and the log. */
  folder?: string
  transfers: number
  atOnce: number
  /** kill -9 so many times, spread over the transfers. */
  kills: number
  people: number
  /** The storm fails when no transfer is answered for so long. */
  quietMs?: number
  onProgress?: (done: number, killed: number) => void
  /** Every transfer is answered. */
  onCheck?: () => void
}

export type StormResult = Books & {
  seconds: number
  perSecond: number
  kills: number
  /** Of the ledger's processes, where the system tells it. */
  cpuSeconds: number | undefined
  /** Of this process, which sends the requests and answers for the account server. */
  ownCpuSeconds: number
  /** Answers by status. */
  answers: Record<number, number>
  /** Requests that were sent again because no answer came. */
  resent: number
  /** Keys that were sent again at the end, and those with another answer than before. */
  checked: number
  different: number
}

const SECRET = { client_id: 'bench', client_secret: 'bench' }
const MOST_CHECKED = 1000
const QUIET_MS = 90_000
const POLL_MS = 5

/** @throws Error when the ledger does not start again, or answers nothing for `quietMs` */
export async function storm(options: StormOptions): Promise<StormResult> {
  const folder = await mkdtemp(join(options.folder ?? tmpdir(), 'ledger-storm-'))
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
  const end = new AbortController()
  try {
    await ledger.start()
    const numbers = Array.from({ length: options.people }, (_, at) => at + 1)
    const tokens = await Promise.all(numbers.map((number) => provider.token(`person-${number}`)))
    const sender = createSender(publicUrl, options.atOnce, end.signal)
    const run = { ...options, ledger, sender, tokens, end, seed: randomBytes(6).toString('hex') }
    const { sample, ...sent } = await sendAll(run)
    options.onCheck?.()
    const different = await countDifferent(run, sample)
    await ledger.kill()
    return { ...sent, ...different, ...(await readBooks(database, sent.answers[201] ?? 0)) }
  } finally {
    // Nothing goes on in the background, also after a failure.
    end.abort(new Error('the storm has ended'))
    await ledger.kill()
    await provider.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

type Run = StormOptions & {
  ledger: LedgerProcess
  sender: Sender
  tokens: string[]
  end: AbortController
  seed: string
}

async function sendAll(run: Run) {
  const { transfers, atOnce, ledger, sender, onProgress } = run
  const answers: Record<number, number> = {}
  const sample = new Map<number, Answered>()
  const step = Math.max(1, Math.floor(transfers / MOST_CHECKED))
  const [startedAtMs, own] = [performance.now(), process.cpuUsage()]
  const progress: Progress = { done: 0, killed: 0, answeredAtMs: startedAtMs }
  let next = 0
  const send = async () => {
    for (let at = next++; at < transfers; at = next++) {
      const answer = await sender.untilAnswered(orderAt(at, run))
      answers[answer.status] = (answers[answer.status] ?? 0) + 1
      if (at % step === 0) sample.set(at, answer)
      // Before the optional call, which would not evaluate its arguments where nobody listens.
      progress.done += 1
      progress.answeredAtMs = performance.now()
      onProgress?.(progress.done, progress.killed)
    }
  }
  const watch = watchFor(run, progress)
  try {
    await Promise.all([killAgainAndAgain(run, progress), ...Array.from({ length: atOnce }, send)])
  } finally {
    clearInterval(watch)
  }
  const seconds = (performance.now() - startedAtMs) / 1000
  const { user, system } = process.cpuUsage(own)
  const measured = { seconds, perSecond: transfers / seconds, ownCpuSeconds: (user + system) / 1e6 }
  const counted = { kills: progress.killed, answers, resent: sender.resent }
  return { ...measured, cpuSeconds: ledger.cpuSeconds(), ...counted, sample }
}

type Progress = { done: number; killed: number; answeredAtMs: number }

/** After equal shares of the transfers, while the others are sent. */
async function killAgainAndAgain({ transfers, kills, ledger, end }: Run, progress: Progress): Promise<void> {
  while (progress.killed < kills) {
    while (progress.done < (transfers * (progress.killed + 1)) / (kills + 1)) {
      await pause(POLL_MS)
      end.signal.throwIfAborted()
    }
    await ledger.kill()
    await ledger.start()
    progress.killed += 1
  }
}

/** Ends the storm when nothing is answered, so that it cannot wait for ever. */
function watchFor({ transfers, quietMs = QUIET_MS, end }: Run, progress: Progress): NodeJS.Timeout {
  return setInterval(() => {
    if (performance.now() - progress.answeredAtMs < quietMs) return
    const far = `after ${progress.done} of ${transfers} transfers and ${progress.killed} kills`
    end.abort(new Error(`The ledger answered nothing for ${quietMs / 1000} s, ${far}.`))
  }, quietMs / 10)
}

/** The same key must give the same answer, for a sample over the whole run. */
async function countDifferent(run: Run, sample: Map<number, Answered>) {
  const left = sample.entries()
  let different = 0
  const send = async () => {
    for (const [at, before] of left) {
      const again = await run.sender.untilAnswered(orderAt(at, run))
      if (again.status !== before.status || again.text !== before.text) different += 1
    }
  }
  await Promise.all(Array.from({ length: run.atOnce }, send))
  run.sender.close()
  return { checked: sample.size, different }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
