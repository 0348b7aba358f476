/**
 * Schemathesis (Python) against a server of its own: a foreign generator reads the OpenAPI document and tries what it
 * allows and what it forbids. No 5xx and no undocumented answer.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBinary, ROOT } from '../../scripts/find-binary.mjs'
import { ALL_SCOPES, createCaller } from '../api/caller.ts'
import { openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'

const CACHE = join(ROOT, '.cache', 'schemathesis')
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt')

// Operations that may end the token of their own pass come last, with tokens of their own.
const ENDING = ['revokeOwnApp', 'endOwnSession', 'endOtherSessions', 'changeOwnPassword', 'addOwnPassword']
const OF_PEOPLE = '/x-caller == person'
type Pass = { what: string; by: 'program' | 'person'; choose: readonly string[] }
const PASSES: readonly Pass[] = [
  {
    what: 'programs, on all but clients',
    by: 'program',
    choose: ['--exclude-by', OF_PEOPLE, '--exclude-tag', 'Clients'],
  },
  { what: 'programs, on clients', by: 'program', choose: ['--include-tag', 'Clients'] },
  {
    what: 'people',
    by: 'person',
    choose: ['--include-by', OF_PEOPLE, ...ENDING.flatMap((id) => ['--exclude-operation-id', id])],
  },
  {
    what: 'people, who end access',
    by: 'person',
    choose: ENDING.flatMap((id) => ['--include-operation-id', id]),
  },
]

// A valid text may still be refused, and a body may be too large before it is looked at.
const SETTINGS = `[checks]
positive_data_acceptance.enabled = false
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 409, 412, 413, 415, 422, 429]
`

/** The number of passes with a failure, or the reason why it cannot be run here. */
export async function playSchemathesis(given: { examples: number; seed: number }): Promise<number | string> {
  const python = findBinary('python3')
  if (!python) return 'no python3'
  const program = await install(python)
  const folder = mkdtempSync(join(tmpdir(), 'schemathesis-'))
  writeFileSync(join(folder, 'schemathesis.toml'), SETTINGS)
  const env = { ACCOUNT_SERVER_API_REQUESTS_PER_CLIENT: '1000000' }
  const stage = await openStage({ store: 'sqlite', env })
  let failed = 0
  try {
    for (const pass of PASSES) {
      process.stdout.write(`\n## ${pass.what}\n`)
      const code = await run(program, [...(await argumentsOf(stage, pass, given))], folder)
      if (code !== 0) failed += 1
    }
  } finally {
    await stage.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return failed
}

async function argumentsOf(
  stage: Stage,
  { by, choose }: Pass,
  { examples, seed }: { examples: number; seed: number },
): Promise<string[]> {
  const api = await createCaller(stage, ALL_SCOPES)
  const token = by === 'program' ? await api.ownToken() : await api.tokenOf(await stage.person())
  const options = {
    header: `Authorization: Bearer ${token}`,
    phases: 'examples,coverage,fuzzing',
    'max-examples': String(examples),
    seed: String(seed),
    'suppress-health-check': 'all',
    'request-timeout': '60',
  }
  const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
  return ['run', `${stage.issuer}/api/v1/openapi.json`, '--no-color', ...given, ...choose]
}

/** Once: the versions are pinned. */
async function install(python: string): Promise<string> {
  const program = join(CACHE, 'bin', 'schemathesis')
  if (existsSync(program)) return program
  mkdirSync(CACHE, { recursive: true })
  for (const [command, ...args] of [
    [python, '-m', 'venv', CACHE],
    [join(CACHE, 'bin', 'pip'), 'install', '--quiet', '--requirement', REQUIREMENTS],
  ] as const) {
    const code = await run(command, args, ROOT)
    if (code !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${code}`)
  }
  return program
}

function run(command: string, args: readonly string[], cwd: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
