/** A running service for tests at the HTTP edge, each request of which can be bent at will. */
import type { Account } from '../../src/accounts/account.ts'
import { pause } from '../support/service-process.ts'
import { startServer, TEST_PASSWORD } from '../support/running-server.ts'
import type { ServerOptions } from '../support/running-server.ts'
import { createVisitor } from '../support/visitor.ts'
import type { Visitor } from '../support/visitor.ts'
import { send } from './send.ts'
import type { Answer, Sent } from './send.ts'

export const PASSWORD = TEST_PASSWORD
const WITHIN_MS = 60_000

export type Stage = Awaited<ReturnType<typeof openStage>>

/** The two ways to run, each with two processes. Started once and shared by every suite of a test run. */
export const STAGES = [
  { name: 'SQLite', stage: once(() => openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_WORKERS: '2' } })) },
  { name: 'MariaDB and Redis', stage: once(() => openStage({ store: 'mariadb+redis', separate: true })) },
] as const

/** For answers that no store can change: what documents say, how tokens are signed and encrypted, who may call. */
export const ONE_STAGE = [STAGES[0]] as const

/** The shared service of two processes on one SQLite file. */
export const sqliteStage = STAGES[0].stage

export async function openStage(options: ServerOptions) {
  const server = await startServer(options)
  const { issuer, parts } = server
  const { host } = new URL(issuer)
  let turn = 0
  return {
    ...server,
    accounts: parts,
    /** Sends to the processes in turn, past the proxy. */
    send: ({ headers, ...sent }: Sent): Promise<Answer> => {
      const { port } = server.processes[turn++ % server.processes.length]!
      return send(`http://127.0.0.1:${port}`, { ...sent, headers: { host, ...headers } })
    },
    /** A browser on a network of its own. */
    visitor: (headers: Record<string, string> = {}) =>
      createVisitor(issuer, { 'x-forwarded-for': anyAddress(), ...headers }),
    /** Somebody new, by default confirmed; the password is PASSWORD. */
    person: async (given: { verified?: boolean } = {}): Promise<Account> =>
      (await server.createAccount(given)).account,
  }
}

/** Polls until the condition holds. @throws Error after 30 s */
export async function until(condition: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const deadline = Date.now() + WITHIN_MS
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`)
    await pause(25)
  }
}

/** Enough connections in a row to meet each of a few processes that take turns. */
const IN_A_ROW = 8

/** The same for a condition that each process answers for itself. Each question needs a connection of its own, as with `send`. */
export function untilEverywhere(condition: () => Promise<boolean>, what: string): Promise<void> {
  const everywhere = async () => {
    for (let turn = 0; turn < IN_A_ROW; turn += 1) if (!(await condition())) return false
    return true
  }
  return until(everywhere, what)
}

/** Flows and documents are counted in windows of the clock: a test that uses a limit up may not run over their edge. */
export async function awayFromNextWindow(windowMs = 300_000): Promise<void> {
  await until(() => windowMs - (Date.now() % windowMs) > 25_000, 'the next window has begun')
}

/** Lets the client of the record at `key` ask again at once, as if the polling interval had gone by. */
export async function waitInterval({ parts }: Stage, key: string): Promise<void> {
  const root = await parts.store.readRoot(`${key}:pace`)
  if (!root) return
  const payload = JSON.stringify({ ...(JSON.parse(root.payload) as object), askedAtMs: 0 })
  await parts.store.putRoot(`${key}:pace`, { ...root, payload }, Date.now() + 600_000)
}

/** All that the visitor holds, as one header. */
export function cookiesOf(visitor: Pick<Visitor, 'cookies'>): string {
  return visitor
    .cookies()
    .map((cookie: { name: string; value: string }) => `${cookie.name}=${cookie.value}`)
    .join('; ')
}

let networks = 0

/** An address in a network of its own, for `X-Forwarded-For`. */
export function anyAddress(): string {
  networks += 1
  return `10.${(networks >> 8) & 255}.${networks & 255}.7`
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined
  return () => (opened ??= open())
}
