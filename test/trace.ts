/**
 * `npm run trace`: which functions of `src/` a server runs for an introspection, a refresh, a whole sign-in and a
 * registration. Each is done several times. What did not run every time is left out: it belongs to the server's own work in
 * the background. The files beside `src/platform` and `src/http` are counted apart, as every request runs through those two.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { register } from './provider/relying-party.ts'
import { createRegistrar } from './protocol/registration/registrar.ts'
import { openStage, until } from './provider/stage.ts'
import type { Stage } from './provider/stage.ts'
import { dataFolder } from './support/service-process.ts'

const TIMES = 3
// An address, because Node takes a blank in a path for the end of the option.
const PROBE = new URL('support/trace-probe.mjs', import.meta.url).href

const folder = dataFolder('trace')
const stage = await openStage({
  store: 'sqlite',
  processes: 1,
  env: { ACCOUNT_SERVER_WORKERS: '1', TRACE_FOLDER: folder, NODE_OPTIONS: `--import=${PROBE}` },
})
const read = createReader(stage)
for (const [name, once] of Object.entries(await requestsOf(stage))) describe(name, await trace(once))
await stage.stop()

type Request = () => Promise<void>

async function requestsOf(server: Stage): Promise<Record<string, Request>> {
  const party = await register(server)
  const account = await server.person()
  const registrar = createRegistrar(server)
  const tokens = await party.tokensFor(account)
  let { refresh_token } = tokens
  return {
    async 'An introspection'() {
      const { active } = (await party.introspect(tokens.access_token)).json()
      if (active !== true) throw new Error('the token is not active')
    },
    async 'A refresh'() {
      const answer = await party.refresh(refresh_token)
      if (answer.status !== 200) throw new Error(`no new tokens: ${answer.text}`)
      refresh_token = String(answer.json()['refresh_token'])
    },
    async 'A sign-in with password, consent and code'() {
      await party.tokensFor(account)
    },
    async 'A registration with an initial access token'() {
      await registrar.registered()
    },
  }
}

/** The functions that ran every time; once before is not counted, as it fills the caches. */
async function trace(once: Request): Promise<string[]> {
  await once()
  const runs: string[][] = []
  for (let turn = 0; turn < TIMES; turn += 1) {
    await read()
    await once()
    runs.push(await read())
  }
  const [first = [], ...others] = runs.map((run) => new Set(run))
  return [...first].filter((one) => others.every((other) => other.has(one))).sort()
}

/** Answers what ran since the last call. */
function createReader({ processes }: Stage): () => Promise<string[]> {
  let asked = 0
  return async () => {
    asked += 1
    process.kill(processes[0]!.pid, 'SIGUSR2')
    let report: string[] | undefined
    await until(() => {
      report = reportIn(join(folder, `${asked}.json`))
      return report !== undefined
    }, 'the server has written its trace')
    return report ?? []
  }
}

function reportIn(file: string): string[] | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as string[]
  } catch {
    return undefined
  }
}

function describe(name: string, functions: string[]): void {
  const files = Map.groupBy(functions, (one) => one.slice(0, one.indexOf(' ')))
  const folders = new Set([...files.keys()].map((file) => dirname(file)))
  const own = [...files.keys()].filter((file) => !/^src\/(?:platform|http)\//.test(file))
  process.stdout.write(
    `${name} runs ${functions.length} functions of ${files.size} files in ${folders.size} folders:\n` +
      `(${own.length} files beside platform and http, which every request passes)\n`,
  )
  for (const [file, inside] of files) {
    const names = inside.map((one) => one.slice(file.length + 1))
    process.stdout.write(`  ${file}\n    ${names.join(', ')}\n`)
  }
  process.stdout.write('\n')
}
