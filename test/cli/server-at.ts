/** A server in a process of its own on a place, beside which commands run. */
import { join } from 'node:path'
import { BARE_ENVIRONMENT, freePort, launch, pause } from '../support/service-process.ts'
import type { Place } from './command-line.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
export type ServerAt = Awaited<ReturnType<typeof serverAt>>

const WITHIN_MS = 60_000

/** Resolves once the server is ready. */
export async function serverAt(place: Place, settings: Record<string, string> = {}) {
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const own = { ACCOUNT_SERVER_PORT: String(port), ACCOUNT_SERVER_ISSUER: origin }
  const env = { ...place.env, ...BARE_ENVIRONMENT, ...own, ...settings }
  const { stop } = await launch({ command: process.execPath, args: [MAIN], ports: [port], env })
  await until(async () => (await fetch(`${origin}/health/ready`)).ok)
  return { origin, stop }
}

/** Repeats the check until it holds. A check that throws counts as one that does not hold. @throws Error after a minute */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WITHIN_MS
  while (!(await holds().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`waited for ${WITHIN_MS / 1000} s`)
    await pause(50)
  }
}
