import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parse } from 'yaml'
import { loadConfig } from '../../src/settings/config.ts'

const read = (file: string) => readFileSync(join(import.meta.dirname, '../..', file), 'utf8')

type Service = { environment?: Record<string, string>; volumes?: string[]; ports?: string[] }
const { services: composed } = parse(read('compose.yaml'), { merge: true }) as {
  services: Record<string, Service>
}
const logFolderOf = (environment: Record<string, string>) =>
  environment['ACCOUNT_SERVER_LOG_DIR'] ?? environment['LEDGER_LOG_DIR']

describe('the files of a deployment', () => {
  it('compose starts servers, a worker and all services, after one migration that ends [A05]', () => {
    const compose = read('compose.yaml')
    const names = [...compose.matchAll(/^ {2}([a-z\d-]+):/gm)].map(([, name]) => name)
    expect(names).to.include.members([
      'proxy',
      'server-1',
      'server-2',
      'worker',
      'migration',
      'mysql',
      'redis',
      'mail',
    ])
    expect(compose).to.contain('migration: { condition: service_completed_successfully }')
    expect(compose).to.contain('command: [node, src/cli.ts, migrate]')
  })

  it('compose gives each service a folder of its own on this machine for its log', () => {
    const own = Object.entries(composed).filter(([, { environment = {} }]) => logFolderOf(environment))
    expect(own.map(([name]) => name)).to.have.members([
      'server-1',
      'server-2',
      'worker',
      'migration',
      'ledger',
      'ledger-registration',
    ])
    const made = /for service in ([^;]+); do/.exec(read('deploy/make-secrets.sh'))?.[1]?.split(' ')
    expect(made).to.have.members(own.map(([name]) => name))
    for (const [name, { environment = {}, volumes = [] }] of own)
      expect(volumes, name).to.include(`./logs/${name}:${logFolderOf(environment)}`)
  })

  it('compose shows the metrics of each process on this machine alone, on a port of its own', () => {
    const ports = ['server-1', 'server-2', 'worker'].map((name) => composed[name]?.ports?.[0])
    expect(ports).to.eql(['127.0.0.1:9464:9464', '127.0.0.1:9465:9464', '127.0.0.1:9466:9464'])
    expect(composed['server-1']?.environment).to.deep.include({
      ACCOUNT_SERVER_METRICS_HOST: '0.0.0.0',
      ACCOUNT_SERVER_METRICS_PORT: '9464',
    })
  })

  it('compose starts a broker for events only on request, with the setting that turns it on', () => {
    const compose = read('compose.yaml')
    for (const [name, setting] of [
      ['rabbitmq', 'ACCOUNT_SERVER_RABBITMQ_DSN'],
      ['kafka', 'ACCOUNT_SERVER_KAFKA_BROKERS'],
    ] as const) {
      expect(compose, name).to.match(new RegExp(`^ {2}${name}:\\n {4}profiles: \\[${name}\\]$`, 'm'))
      expect(compose, name).to.contain(`    ${setting}: \${${setting}:-}`)
      const [, given] =
        compose.match(new RegExp(`^# +${setting}=(\\S+) docker compose --profile ${name} up`, 'm')) ?? []
      const { kafka, rabbitmq } = loadConfig({ [setting]: given ?? '' }, { persist: false }).receivers
      expect({ kafka, rabbitmq }[name], name).to.be.an('object')
      expect(loadConfig({ [setting]: '' }, { persist: false }).receivers, name).to.have.property(
        name,
        undefined,
      )
    }
  })

  it('the workflow runs every check, every test, and the composed service', () => {
    const workflow = read('.github/workflows/ci.yml')
    for (const command of ['npm run check', 'npm test', 'docker compose up --build', 'npm run load'])
      expect(workflow, command).to.contain(`run: ${command}`)
  })
})
