/**
 * `npm run prometheus`: a real Prometheus, Debian's, reads a running server with the files of deploy/observability. Where the
 * package cannot be had, it says so by name.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROOT } from '../../scripts/find-binary.mjs'
import { register } from '../provider/relying-party.ts'
import { openStage, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { dataFolder, freePort, runToEnd } from '../support/service-process.ts'
import { fetchPrometheus, startPrometheus } from '../support/service-prometheus.ts'
import type { Programs, Prometheus } from '../support/service-prometheus.ts'

const FILES = join(ROOT, 'deploy/observability')
const read = (file: string) => readFileSync(join(FILES, file), 'utf8')

type Vector = { result: { metric: Record<string, string>; value: [number, string] }[] }
type Rules = { groups: { rules: { name: string; health: string; state: string; lastError?: string }[] }[] }
type Dashboard = { panels: { title: string; targets: { expr: string }[] }[] }

async function main(programs: Programs): Promise<void> {
  await step('promtool accepts the rules and the settings', async () => {
    await runToEnd(programs.promtool, ['check', 'rules', join(FILES, 'alerts.yaml')])
    await runToEnd(programs.promtool, ['check', 'config', join(FILES, 'prometheus.yaml')])
  })
  const port = await freePort()
  const stage = await openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_METRICS_PORT: String(port) } })
  const prometheus = await startPrometheus(programs, settingsFor(port))
  try {
    await watch(stage, prometheus)
  } finally {
    await stage.stop()
  }
  await step('an alert fires when the server is gone', async () => {
    const isFiring = async () => (await rulesOf(prometheus)).some(isDown)
    await until(isFiring, 'AccountServerDown fires')
  })
  await prometheus.stop()
}

async function watch(stage: Stage, prometheus: Prometheus): Promise<void> {
  const one = async (query: string) => Number((await vectorOf(prometheus, query))[0]?.value[1] ?? NaN)
  await step('it reads the server', () =>
    until(async () => (await one('up{job="account-server"}')) === 1, 'the target is up'),
  )
  await step('what the server counts arrives', async () => {
    const machine = await register(stage, { redirect_uris: [], grant_types: ['client_credentials'] })
    for (let turn = 0; turn < 5; turn += 1)
      await machine.call('/oauth/token', { grant_type: 'client_credentials' })
    const query = 'account_server_token_requests_total{grant="client_credentials",result="issued"}'
    await until(async () => (await one(query)) === 5, 'five tokens are counted')
  })
  await step('every rule is evaluated, and none fires', async () => {
    const evaluated = async () => (await rulesOf(prometheus)).every(({ health }) => health === 'ok')
    await until(evaluated, 'every rule is healthy')
    const rules = await rulesOf(prometheus)
    expect(rules).to.have.length.above(8)
    expect(rules.filter(({ state }) => state === 'firing').map(({ name }) => name)).to.eql([])
  })
  await step('every query of the dashboard is understood', async () => {
    const { panels } = JSON.parse(read('grafana-dashboard.json')) as Dashboard
    for (const { expr } of panels.flatMap(({ targets }) => targets))
      await vectorOf(prometheus, expr.replaceAll('$__rate_interval', '1m'))
  })
}

/** The files as they are, with the address of this server and no waiting. */
function settingsFor(port: number): string {
  const folder = dataFolder('prometheus-settings')
  const settings = read('prometheus.yaml')
    .replace(/targets: .*/, `targets: ['127.0.0.1:${port}']`)
    .replace(/scrape_interval: .*/, 'scrape_interval: 1s\n  evaluation_interval: 1s')
  writeFileSync(join(folder, 'prometheus.yaml'), settings)
  writeFileSync(join(folder, 'alerts.yaml'), read('alerts.yaml').replaceAll(/for: \d+m/g, 'for: 0s'))
  return join(folder, 'prometheus.yaml')
}

async function vectorOf(prometheus: Prometheus, query: string): Promise<Vector['result']> {
  return ((await prometheus.ask('query', { query })) as Vector).result
}

async function rulesOf(prometheus: Prometheus): Promise<Rules['groups'][number]['rules']> {
  return ((await prometheus.ask('rules')) as Rules).groups.flatMap(({ rules }) => rules)
}

const isDown = ({ name, state }: { name: string; state: string }) =>
  name === 'AccountServerDown' && state === 'firing'

async function step(name: string, does: () => Promise<unknown>): Promise<void> {
  try {
    await does()
    process.stdout.write(`✔ ${name}\n`)
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

const fetched = await fetchPrometheus()
if (typeof fetched === 'string') {
  process.stdout.write(`Prometheus did not run: ${fetched}.\n`)
} else {
  await main(fetched).catch((error: unknown) => {
    process.stderr.write(`✖ ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  })
}
process.exit()
