/** The programs of a document, written out and started word for word against a running server, on ports of their own. */
import { execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import type { RunningServer } from '../support/running-server.ts'
import { pause } from '../support/service-process.ts'

const HOME = fileURLToPath(new URL('../..', import.meta.url))

type Outcome = { code: number; stdout: string; stderr: string }

/** `ports` says which port takes the place of each documented one. */
export function openDocument(
  name: 'README.md' | 'docs/first-app.md',
  server: Pick<RunningServer, 'issuer' | 'env'>,
  ports: Record<string, number>,
) {
  const text = readFileSync(join(HOME, name), 'utf8')
  mkdirSync(join(HOME, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(HOME, '.cache', 'document-'))
  const ends = [() => rmSync(folder, { recursive: true, force: true })]

  /** The documented text, with the ports and folders of this test in place of its own. */
  function here(part: string): string {
    return Object.entries(ports)
      .reduce(
        (so, [from, to]) => so.replaceAll(`:${from}`, `:${to}`).replaceAll(`listen(${from}`, `listen(${to}`),
        part,
      )
      .replaceAll('http://localhost:8700', server.issuer)
      .replaceAll(/\.\.\/my-\w+/g, relative(HOME, folder))
  }

  return {
    /** Runs the one command line of the operator that contains `named`. */
    async command(named: string): Promise<void> {
      const lines = text
        .split('\n')
        .filter((line) => line.startsWith('npm run --silent cli') && line.includes(named))
      expect(lines, named).to.have.length(1)
      await promisify(execFile)('sh', ['-c', here(lines[0] ?? '')], { cwd: HOME, env: server.env })
    },
    save(file: string): void {
      const block = new RegExp(`\`\`\`js\\n(// ${file}\\n[\\s\\S]*?)\`\`\``).exec(text)?.[1]
      expect(block, file).to.be.a('string')
      writeFileSync(join(folder, file), here(block ?? ''))
    },
    /** Starts a program that goes on, and waits until it answers at `address`. */
    async start(file: string, address: string) {
      const child = spawn(process.execPath, [file], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
      let complaints = ''
      child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
      ends.push(() => child.kill())
      while (!(await fetch(address, { redirect: 'manual' }).catch(() => undefined))) {
        if (child.exitCode !== null) throw new Error(`${file} ended: ${complaints}`)
        await pause(20)
      }
      return { alive: () => child.exitCode === null && child.signalCode === null, said: () => complaints }
    },
    /** Runs a program to its end. */
    async runToEnd(file: string): Promise<Outcome> {
      try {
        const output = await promisify(execFile)(process.execPath, [file], {
          cwd: folder,
          // The text that a reader sees, without colours.
          env: { ...process.env, FORCE_COLOR: '0' },
        })
        return { code: 0, ...output }
      } catch (failure) {
        return failure as Outcome
      }
    },
    close(): void {
      for (const end of ends.reverse()) end()
    },
  }
}
