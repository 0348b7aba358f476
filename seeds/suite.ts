/**
 * `npm run suite -- keys FOLDER` makes keys for the OpenID Foundation's suite, and the file that `npm run seed -- conformance`
 * reads. `npm run suite -- configurations FOLDER` puts the private halves into what the seed printed: one file for each run
 * of a plan, ready to be pasted. docs/conformance.md has the order of things.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SeededPlan } from './conformance.ts'
import { makeKeys } from './suite-keys.ts'

type Kept = { jwks: object; cert: string; key: string }
type Private = { client: Kept; client2: Kept }

const USAGE = 'takes: keys FOLDER, or: configurations FOLDER'

function main([what, folder, ...more]: string[]): void {
  const command = folder !== undefined && more.length === 0 ? COMMANDS[what ?? ''] : undefined
  if (!command || !folder) throw new Error(USAGE)
  command(folder)
}

const COMMANDS: Record<string, (folder: string) => void> = {
  keys(folder) {
    const [one, two] = [makeKeys('suite-client'), makeKeys('suite-client2')]
    mkdirSync(folder, { recursive: true })
    // Keys that are in use are never written over.
    write(join(folder, 'private.json'), { client: one.kept, client2: two.kept }, { flag: 'wx', mode: 0o600 })
    write(join(folder, 'seed.json'), {
      suite: 'https://www.certification.openid.net',
      alias: 'account-server',
      client: one.given,
      client2: two.given,
    })
    say(
      `Put your alias into ${join(folder, 'seed.json')}; ${join(folder, 'private.json')} is for the suite alone.`,
    )
  },
  configurations(folder) {
    const kept = read(join(folder, 'private.json')) as Private
    const { plans } = read(join(folder, 'clients.json')) as { plans: SeededPlan[] }
    const place = join(folder, 'configurations')
    mkdirSync(place, { recursive: true })
    for (const [at, run] of plans.entries()) {
      const file = join(place, `${String(at + 1).padStart(2, '0')}-${run.plan}.json`)
      write(file, withPrivate(run, kept), { mode: 0o600 })
      // As the suite's own scripts/run-test-plan.py takes them.
      say(
        `${run.plan}${Object.entries(run.variant)
          .map(([name, value]) => `[${name}=${value}]`)
          .join('')} ${file}`,
      )
    }
  },
}

/** Plans of OpenID Connect authenticate by secrets, and those of FAPI by keys and certificates. */
function withPrivate({ plan, configuration }: SeededPlan, { client, client2 }: Private): object {
  if (!plan.startsWith('fapi')) return configuration
  const given = configuration as { client?: object; client2?: object }
  return {
    ...configuration,
    client: { ...given.client, jwks: client.jwks },
    client2: { ...given.client2, jwks: client2.jwks },
    mtls: { cert: client.cert, key: client.key },
    mtls2: { cert: client2.cert, key: client2.key },
  }
}

function write(file: string, content: object, options: { flag?: string; mode?: number } = {}): void {
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, options)
}

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

try {
  main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`suite: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
