/** Installs, builds, starts and ends the programs of foreign stacks, each in a folder of its own under `.cache/interop`. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { findBinary, ROOT } from '../scripts/find-binary.mjs'
import type { Program, Stack, Toolchain } from './stack.ts'

const CACHE = join(ROOT, '.cache', 'interop')
const INSTALL_WITHIN_MS = 20 * 60_000
const READY_WITHIN_MS = 120_000
const LINE_WITHIN_MS = 60_000
const POLL_MS = 50

/** Shared by all stacks of one tool chain, so that nothing is fetched twice. */
const CACHES = {
  GOMODCACHE: join(CACHE, 'go-modules'),
  GOFLAGS: '-mod=readonly -buildvcs=false -modcacherw',
  PIP_CACHE_DIR: join(CACHE, 'pip'),
  npm_config_cache: join(CACHE, 'npm'),
}

/** What turns a folder of sources into one that runs, and the program that this takes. */
const BUILDS: Record<Toolchain, { needs: readonly string[]; steps: readonly (readonly string[])[] }> = {
  node: {
    needs: ['npm'],
    steps: [['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']],
  },
  python3: {
    needs: ['python3'],
    steps: [
      ['python3', '-m', 'venv', '.venv'],
      ['.venv/bin/pip', 'install', '--quiet', '--requirement', 'requirements.txt'],
    ],
  },
  go: { needs: ['go'], steps: [['go', 'build', '-o', 'app']] },
  mvn: {
    needs: ['mvn', 'java'],
    steps: [['mvn', '--batch-mode', '--quiet', `-Dmaven.repo.local=${join(CACHE, 'maven')}`, 'package']],
  },
}

/** The reason why a stack cannot be run here; nothing when it can. */
export function missingTool(toolchain: Toolchain): string | undefined {
  const missing = BUILDS[toolchain].needs.filter((name) => !findBinary(name))
  return missing.length > 0 ? `no ${missing.join(', no ')}` : undefined
}

/**
 * Copies a stack into the cache, and installs and builds it there where its files have changed since.
 * @throws Error with the last words of the tool that failed
 */
export async function prepare(name: string, stack: Stack): Promise<string> {
  const { toolchain, basedOn, goPackage = '.', build } = stack
  const folder = join(CACHE, name)
  const sources = [basedOn, name].flatMap((one) => (one ? [join(ROOT, 'interop', one)] : []))
  const digest = sources.map(digestOf).join()
  const stamp = join(folder, '.prepared')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return folder
  mkdirSync(folder, { recursive: true })
  for (const from of sources) cpSync(from, folder, { recursive: true })
  const { steps } = BUILDS[toolchain]
  for (const command of steps) await runToEnd(toolchain === 'go' ? [...command, goPackage] : command, folder)
  if (build) await runToEnd(build, folder)
  writeFileSync(stamp, digest)
  return folder
}

/** @throws Error with what the program printed when it ends, or does not listen in time */
export async function startProgram(
  command: readonly string[],
  folder: string,
  env: Record<string, string>,
  port?: number,
): Promise<Program> {
  const { child, output, ended } = launch(command, folder, env)
  const killAtExit = () => void child.kill('SIGKILL')
  process.once('exit', killAtExit)
  const stop = async () => {
    process.off('exit', killAtExit)
    child.kill('SIGTERM')
    const patience = setTimeout(killAtExit, 5000)
    await ended
    clearTimeout(patience)
  }
  const waitFor = async (what: string, withinMs: number, fits: () => Promise<boolean> | boolean) => {
    const deadline = Date.now() + withinMs
    while (!(await fits())) {
      const over = child.exitCode !== null || child.signalCode !== null
      if (over || Date.now() > deadline)
        throw new Error(`${what}; ${command[0]} printed: ${output().slice(-3000)}`)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }
  const line = async (pattern: RegExp) => {
    await waitFor(`no line like ${String(pattern)}`, LINE_WITHIN_MS, () => pattern.test(output()))
    return pattern.exec(output())?.[1] ?? ''
  }
  if (port)
    await waitFor(`nothing listens on port ${port}`, READY_WITHIN_MS, () => accepts(port)).catch(
      async (error) => {
        await stop()
        throw error
      },
    )
  return { output, line, ended, stop }
}

async function runToEnd(command: readonly string[], folder: string): Promise<void> {
  const { child, output, ended } = launch(command, folder, {})
  const timer = setTimeout(() => child.kill('SIGKILL'), INSTALL_WITHIN_MS)
  const code = await ended
  clearTimeout(timer)
  if (code !== 0) throw new Error(`${command.slice(0, 2).join(' ')} failed: ${output().trim().slice(-600)}`)
}

function launch(command: readonly string[], folder: string, env: Record<string, string>) {
  const [program = '', ...args] = command
  const path = program.includes('/') ? resolve(folder, program) : program
  const child: ChildProcess = spawn(path, args, {
    cwd: folder,
    env: { ...outerEnvironment(), ...CACHES, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-100_000)))
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code))
    child.once('error', (error) => {
      said += error.message
      resolve(null)
    })
  })
  return { child, output: () => said, ended }
}

/** This process's variables without any setting of an account server, and with the Node that runs it first on the PATH. */
function outerEnvironment(): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(account_server_|npm_)/i.test(name))
  return { ...Object.fromEntries(kept), PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` }
}

function digestOf(folder: string): string {
  const hash = createHash('sha256').update(process.version)
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
  for (const file of files.toSorted()) hash.update(file).update(readFileSync(file))
  return hash.digest('hex')
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => resolve(socket.destroy() !== undefined))
    socket.once('error', () => resolve(false))
  })
}
