/**
 * Runs a role: `server`, `worker`, or both in one process when embedded. Handles settings that are wrong and several
 * server processes on one port. What a role runs is in process-roles.ts.
 */
import cluster from 'node:cluster'
import { configOfWorker, loadConfig } from './settings/config.ts'
import type { Config } from './settings/config.ts'
import { createParts } from './process/start/parts.ts'
import type { Parts } from './process/start/parts.ts'
import { openMetrics } from './process/metrics/metrics-listener.ts'
import { checkPortsAndFolders } from './process/ports-and-folders.ts'
import { readStartArguments } from './process/start/start-arguments.ts'
import { describeFailure } from './process/start/start-failure.ts'
import { terminalLines } from './process/start/terminal-lines.ts'
import { announce, orSayHowToSignIn, prepareUntilReady } from './process/start/startup.ts'
import type { Prepared } from './process/start/startup.ts'
import { stopOnSignal } from './process/stop.ts'
import type { End } from './process/stop.ts'
import { superviseWorkers } from './process/supervisor.ts'
import { startRole, startWorker } from './process-roles.ts'
import type { Role } from './process-roles.ts'

async function main(): Promise<void> {
  const asked = readStartArguments(process.argv.slice(2))
  if (asked.kind === 'print') return void process.stdout.write(asked.text)
  const planned = loadConfig(undefined, { persist: false })
  const role = cluster.isWorker ? 'server' : (asked.role ?? (planned.mode === 'embedded' ? 'all' : 'server'))
  const ofRole = (config: Config) => (role === 'worker' ? configOfWorker(config) : config)
  if (cluster.isPrimary) await checkPortsAndFolders(ofRole(planned), { serves: role !== 'worker' })
  const config = ofRole(loadConfig())
  const parts = await createParts(config, undefined, terminalLines(config, terminal(), asked.verbose))
  const ends = stopOnSignal(parts, stopWith)
  try {
    const several = role !== 'worker' && planned.workers > 1 && cluster.isPrimary
    const onReady = (prepared: Prepared) => announce(parts, prepared, announcedRoles(role))
    await (several
      ? startPrimary(parts, role, ends)
      : startRole(parts, { role, ends, onReady, onFailure: stopWith }))
  } catch (error) {
    if (!parts.draining) throw error
  }
}

function terminal() {
  const { stdout } = process
  const isTTY = stdout.isTTY === true
  return { write: (text: string) => stdout.write(text), isTTY, isColourful: isTTY && stdout.hasColors() }
}

function announcedRoles(role: Role): string[] {
  if (role === 'worker') return ['worker']
  return cluster.isWorker ? [] : ['server']
}

/** Several server processes: this one prepares once, runs the worker when embedded, and keeps the others alive. */
async function startPrimary(parts: Parts, role: Role, ends: End[]): Promise<void> {
  await openMetrics(parts, ends)
  const prepared = await prepareUntilReady(parts)
  await orSayHowToSignIn(prepared, async () => {
    if (role === 'all') ends.push(startWorker(parts))
    const { listening, stop } = superviseWorkers(parts.config.workers, parts.log)
    ends.push(stop)
    await listening
    announce(parts, prepared, ['server'])
  })
}

function stopWith(error: unknown): never {
  for (const line of describeFailure(error)) process.stderr.write(`account-server: ${line}\n`)
  process.exit(1)
}

main().catch(stopWith)
