/** Debian's Prometheus, unpacked into .cache/services without the scripts of its package: nothing is installed. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { canUseApt } from '../../scripts/apt.mjs'
import { findBinary, SERVICES_CACHE } from '../../scripts/find-binary.mjs'
import { runQuietly } from '../../scripts/step.mjs'
import { dataFolder, freePort, launch } from './service-process.ts'

export type Programs = { prometheus: string; promtool: string }
export type Prometheus = {
  /** The `data` of an answer of its API. */
  ask: (path: string, fields?: Record<string, string>) => Promise<unknown>
  stop: () => Promise<void>
}

const PLACE = join(SERVICES_CACHE, 'prometheus')

/** The programs, or why they cannot be had here. */
export async function fetchPrometheus(): Promise<Programs | string> {
  const found = programs()
  if (found) return found
  if (!canUseApt()) return 'there is no Prometheus on this machine, and no apt-get to fetch it with'
  const downloads = join(PLACE, 'downloads')
  mkdirSync(downloads, { recursive: true })
  try {
    await runQuietly('apt-get', ['update']).catch(() => undefined)
    await runQuietly('apt-get', ['download', 'prometheus'], { cwd: downloads })
    for (const file of readdirSync(downloads)) await runQuietly('dpkg', ['-x', join(downloads, file), PLACE])
  } catch (error) {
    return `the package cannot be fetched: ${error instanceof Error ? error.message : String(error)}`
  } finally {
    rmSync(downloads, { recursive: true, force: true })
  }
  return programs() ?? 'the package did not bring prometheus and promtool'
}

function programs(): Programs | undefined {
  const folders = readdirOrNone(join(PLACE, 'usr/bin'))
  const own = (name: string) => (folders.includes(name) ? join(PLACE, 'usr/bin', name) : undefined)
  const [prometheus, promtool] = ['prometheus', 'promtool'].map((name) => findBinary(name) ?? own(name))
  return prometheus && promtool ? { prometheus, promtool } : undefined
}

function readdirOrNone(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** `config`: the path of its settings. */
export async function startPrometheus({ prometheus }: Programs, config: string): Promise<Prometheus> {
  const port = await freePort()
  const { stop } = await launch({
    command: prometheus,
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${dataFolder('prometheus')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    ports: [port],
  })
  return {
    stop,
    async ask(path, fields = {}) {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}?${new URLSearchParams(fields)}`)
      const said = (await answer.json()) as { status: string; error?: string; data?: unknown }
      if (said.status !== 'success') throw new Error(`${path} ${fields['query'] ?? ''}: ${said.error}`)
      return said.data
    },
  }
}
