/**
 * `npm run interop`: foreign stacks, each as its own quick start configures it, against this server, with a person in a
 * browser. Each plays its guide of docs/integrations. Names choose some (`npm run interop -- authlib passport`); `--write`
 * renews their rows in docs/integrations.md, and what the guides say of them.
 */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findBinary, CHROMIUM_NAMES, ROOT } from '../scripts/find-binary.mjs'
import { freePort } from '../test/support/service-process.ts'
import { missingTool, prepare } from './programs.ts'
import { startAccountServer } from './server.ts'
import type { Stack } from './stack.ts'
import { describeOutcome, rowOf, stackNames, withRows } from './table.ts'
import type { Outcome } from './table.ts'
import { createWorld } from './world.ts'
import type { AccountServer, Ports } from './world.ts'

const DOCUMENT = join(ROOT, 'docs', 'integrations.md')
const PLAY_WITHIN_MS = 15 * 60_000

type Plan = { name: string; stack: Stack; ports: Ports }

async function main(args: string[]): Promise<void> {
  const known = stackNames()
  const [options, wanted] = [
    args.filter((one) => one.startsWith('-')),
    args.filter((one) => !one.startsWith('-')),
  ]
  const odd = [...options.filter((one) => one !== '--write'), ...wanted.filter((one) => !known.includes(one))]
  if (odd.length > 0) throw new Error(`${odd.join(' ')} is unknown; there are --write and ${known.join(' ')}`)
  const plans = await Promise.all((wanted.length > 0 ? wanted : known).map(planOf))
  const mcpServers = plans.map(({ ports }) => `http://localhost:${ports[1]}/mcp`)
  const server = await startAccountServer(await freePort(), {
    ACCOUNT_SERVER_CLIENT_REGISTRATION: 'mcp',
    ACCOUNT_SERVER_OPEN_CLIENT_RESOURCES: mcpServers.join(','),
  })
  const rows = new Map<string, string>()
  let failures = 0
  for (const plan of plans) {
    const outcome = await play(plan, server)
    if (outcome.failure) failures += 1
    rows.set(plan.name, rowOf(plan.name, plan.stack, outcome, today()))
    process.stdout.write(`${plan.stack.title}: ${describeOutcome(outcome)}\n`)
    if (outcome.failure) process.stderr.write(`${outcome.failure.reason}\n`)
  }
  await server.stop()
  if (options.includes('--write')) await write(rows)
  process.exit(failures > 0 ? 1 : 0)
}

async function planOf(name: string): Promise<Plan> {
  const { stack } = (await import(`./${name}/stack.ts`)) as { stack: Stack }
  return { name, stack, ports: [await freePort(), await freePort(), await freePort()] }
}

async function play({ name, stack, ports }: Plan, server: AccountServer): Promise<Outcome> {
  const missing = missingTool(stack.toolchain) ?? (findBinary(...CHROMIUM_NAMES) ? undefined : 'no Chromium')
  if (missing) return { steps: [], notRun: missing }
  const steps: string[] = []
  const ends: (() => Promise<unknown>)[] = []
  let current = 'start'
  const prepared = await prepare(name, stack).catch((error: Error) => error)
  if (prepared instanceof Error) return { steps, notRun: oneLine(prepared.message) }
  const world = createWorld({ folder: prepared, stack, ports, server, ends })
  world.step = async (step, does) => {
    current = step
    await does()
    steps.push(step)
  }
  const timer = new AbortController()
  const tooLong = new Promise<never>((_, reject) => {
    const late = setTimeout(() => reject(new Error('it took too long')), PLAY_WITHIN_MS)
    timer.signal.addEventListener('abort', () => clearTimeout(late))
  })
  try {
    await Promise.race([stack.play(world), tooLong])
    return { steps }
  } catch (error) {
    return { steps, failure: { step: current, reason: oneLine((error as Error).message) } }
  } finally {
    timer.abort()
    for (const end of ends.reverse()) await end().catch(() => undefined)
  }
}

async function write(rows: ReadonlyMap<string, string>): Promise<void> {
  writeFileSync(DOCUMENT, withRows(readFileSync(DOCUMENT, 'utf8'), rows))
  const run = (...path: string[]) => promisify(execFile)(process.execPath, path, { cwd: ROOT })
  await run(join('node_modules', 'oxfmt', 'bin', 'oxfmt'), DOCUMENT)
  await run(join('test', 'documents', 'run.ts'))
}

function today(): string {
  return new Date().toISOString().slice(0, 10)
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 5000)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`interop: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
