/** Every command that runs on a server prints the same as on its database. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { listEntries } from '../../../src/audit/entries.ts'
import { exportFromServer } from '../../../src/cli/audit/entry-actions.ts'
import { runAtServer } from '../../../src/cli/at-server.ts'
import { NOUNS } from '../../../src/cli/commands.ts'
import { readArguments } from '../../../src/command-line/arguments.ts'
import { API_OPERATIONS, operationOf } from '../../../src/command-line/api-operations.ts'
import type { OperationId } from '../../../src/command-line/api-operations.ts'
import type { Api } from '../../../src/command-line/api.ts'
import type { Answer } from '../../../src/command-line/command.ts'
import { nameOf } from '../../../src/command-line/command.ts'
import { credentialsFor } from '../../../src/command-line/server/credentials.ts'
import { serverApi } from '../../../src/command-line/server/server-api.ts'
import { failureOf } from '../../../src/cli/failure.ts'
import { API_SCOPES } from '../../../src/operations/scopes.ts'
import { startServer } from '../../support/running-server.ts'
import type { RunningServer } from '../../support/running-server.ts'
import { COMMANDS_AT_SERVER } from '../commands-at-server.ts'
import { answerOf } from '../command-line.ts'
import { alikeSubjects, PASSWORD } from './alike-subjects.ts'
import { ownMachine } from './command-line-at.ts'
import { commandRows } from './command-rows.ts'
import { variantRows } from './service-rows.ts'

describe('The command line on a server and on its database', function () {
  this.timeout(180_000)
  let server: RunningServer
  let environment: Record<string, string>
  let clientId: string
  const machine = ownMachine()

  before(async () => {
    server = await startServer({ store: 'sqlite' })
    const { issuer, parts } = server
    // It gives accounts the role admin, and nobody gives more than they have.
    const scope = Object.keys(API_SCOPES)
      .filter((one) => !one.startsWith('account:'))
      .join(' ')
    const wanted = [
      '--name',
      'Help desk',
      '--grant-type',
      'client_credentials',
      '--resource',
      `${issuer}/api/v1`,
    ]
    const { data } = await answerOf(parts, ['client', 'create', ...wanted, '--scope', scope])
    clientId = String(data['client_id'])
    const secret = join(machine.folder, 'secret')
    writeFileSync(secret, `${String(data['client_secret'])}\n`)
    environment = { ACCOUNT_SERVER_CLIENT_ID: clientId, ACCOUNT_SERVER_CLIENT_SECRET_FILE: secret }
  })
  after(async () => {
    await server.stop()
    machine.remove()
  })

  const onDatabase = (args: string[]): Promise<Answer> => answerOf(server.parts, args)
  async function onServer(args: string[]): Promise<Answer> {
    const request = readArguments(['--server', server.issuer, ...args], NOUNS)
    if (request.kind !== 'run') throw new Error('no such command')
    return runAtServer(request, environment)
  }
  const WAYS = { qxd: onDatabase, qxa: onServer }

  const subjects = alikeSubjects({
    get parts() {
      return server.parts
    },
    folder: machine.folder,
    onDatabase,
  })
  const { person } = subjects
  const ROWS = commandRows(subjects)

  it('are the same commands', () => {
    expect(Object.keys(ROWS).toSorted()).to.eql([...COMMANDS_AT_SERVER].toSorted())
    const all = NOUNS.flatMap(({ commands }) => commands.map(nameOf))
    for (const name of COMMANDS_AT_SERVER) expect(all, name).to.include(name)
  })

  for (const [name, prepare] of Object.entries({ ...ROWS, ...variantRows(subjects) }))
    it(`print the same for ${name}`, async () => {
      const printed = []
      const same = prepare.length === 0 ? await prepare('qxd') : undefined
      for (const way of ['qxd', 'qxa'] as const) {
        const { data, text } = await WAYS[way](same ?? (await prepare(way)))
        printed.push({ data: alike<unknown>(JSON.parse(JSON.stringify(data))), text: alike(text) })
      }
      expect(printed[1]).to.eql(printed[0])
      expect(JSON.stringify(printed[0]?.data)).to.have.length.greaterThan(10)
    })

  /** Without what differs between two subjects that are alike. */
  function alike<T>(value: T): T {
    const text = unchained(JSON.stringify(value))
      .replaceAll(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g, 'UUID')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replaceAll(/"client_id_issued_at":\d+/g, '"client_id_issued_at":0')
      .replaceAll(/("kid":"|PS256: )[\w-]+/g, '$1KID')
      .replaceAll(/whsec_[\w+/=]+/g, 'SECRET')
      .replaceAll(/(token=|invitation=|"client_secret":"|client_secret +)[\w-]+/g, '$1SECRET')
      .replaceAll(/(created_by"?[: ]+"?)[\w:-]+/g, '$1WHO')
      .replaceAll(/qx[da]/g, 'way')
    return JSON.parse(text) as T
  }

  /** A worker may chain entries of the audit trail in between. */
  function unchained(text: string): string {
    return text.replaceAll(/"(chain|seq|hash)":("[^"]*"|\d+|null)/g, '"$1":null')
  }

  it('refuse in the same words', async () => {
    for (const args of [
      ['account', 'show', 'nobody@example.com'],
      ['account', 'create', '--email', 'no address', '--password', PASSWORD],
      ['account', 'create', '--email', 'x@example.com', '--password', PASSWORD, '--role', 'emperor'],
      ['account', 'create', '--email', 'x@example.com', '--password', PASSWORD, '--role', 'Emperor'],
      ['account', 'update', await person('qxd', 'staying'), '--email', 'no address'],
      ['account', 'update', 'qxd-staying@example.com', '--email', 'QXD-listed@example.com'],
      ['account', 'update', 'qxd-staying@example.com', '--zoneinfo', '+02:00', '--username', 'a b'],
      ['account', 'update', 'qxd-staying@example.com', '--verified'],
      ['account', 'update', 'qxd-staying@example.com'],
      ['account', 'delete', 'nobody@example.com', '--later'],
      ['account', 'revoke-app', await person('qxd', 'refusals'), '--app', 'nothing'],
      ['account', 'end-session', 'qxd-refusals@example.com', '--session', 'nothing'],
      ['group', 'show', 'nobody'],
      ['client', 'show', 'nothing'],
      ['resource', 'show', 'https://nothing.example.com/'],
      ['upstream', 'show', 'nothing'],
      ['client', 'create', '--name', 'App', '--scope', 'openid,email'],
      ['client', 'create', '--name', 'App', '--redirect-uri', 'http://app.example.com/callback'],
      ['client', 'update', 'nothing', '--metadata', subjects.file('qxd', { scope: 'a,b' })],
      ['resource', 'create', '--identifier', 'https://b.example.com/', '--scope', 'openid'],
      ['resource', 'update', 'https://nothing.example.com/', '--scope', 'openid'],
      ['upstream', 'add', 'One', '--issuer', 'https://id.example.com', '--client-id', 'x'],
      ['upstream', 'update', 'nothing', '--scope', 'a,b'],
      ['audit', 'show', '999999999'],
      ['audit', 'list', '--kind', 'none'],
      ['limit', 'list', '--network', '10.0.0.0/8'],
      ['limit', 'list', '--kind', 'none'],
      ['limit', 'clear', 'registrations:198.18.0.0/24'],
      ['invite', 'revoke', 'nothing'],
      ['role', 'show', 'nothing'],
      ['role', 'create', '--name', 'No role'],
      ['role', 'delete', 'admin'],
      ['client', 'errors', 'nothing'],
      ['client', 'preview', 'nothing', '--account', 'nobody@example.com'],
      ['keys', 'rotate', '--alg', 'RS512'],
      ['mail', 'show', 'nothing'],
      ['mail', 'list', '--after', 'no cursor'],
      ['mail', 'delete', 'nothing'],
      ['receiver', 'resume', 'nothing'],
      ['webhook', 'create', '--url', 'ftp://crm.example.com/'],
      ['webhook', 'update', 'nothing', '--event', 'no.such_type'],
      ['webhook', 'create', '--url', 'https://crm.example.com/', '--description', 'x'.repeat(5000)],
      ['webhook', 'show', 'nothing'],
      ['statistics', '--period', 'year'],
      ['audit', 'export', join(machine.folder, 'never.ndjson'), '--kind', 'none'],
    ]) {
      const [one, other] = await Promise.all([onDatabase(args), onServer(args)].map(failureText))
      expect(other, args.join(' ')).to.equal(one)
    }
  })

  it('export the same entries, in any number of requests', async () => {
    const account = await person('qxd', 'trail')
    for (const verb of ['disable', 'enable', 'disable']) await onDatabase(['account', verb, account])
    const contentOf = async (name: string, write: (file: string) => Promise<Answer>) => {
      const file = join(machine.folder, `${name}.ndjson`)
      const { data } = await write(file)
      const text = readFileSync(file, 'utf8')
      expect(data, name).to.eql({ written: file, entries: text.split('\n').length - 1 })
      return unchained(text)
    }
    const command = (file: string) => ['audit', 'export', file, '--account', account]
    const here = await contentOf('here', (file) => onDatabase(command(file)))
    expect(here.split('\n')).to.have.length.greaterThan(4)
    expect(await contentOf('there', (file) => onServer(command(file)))).to.equal(here)
    const request = readArguments(command(join(machine.folder, 'small.ndjson')), NOUNS)
    if (request.kind !== 'run') throw new Error('no such command')
    const api = serverApi(server.issuer, credentialsFor(server.issuer, environment))
    const inSmallPages: Api = {
      ...api,
      call: (id, schema, called) =>
        api.call(
          id,
          schema,
          id === 'exportAuditEntries' ? { query: { ...called?.query, limit: 2 } } : called,
        ),
    }
    expect(await contentOf('small', () => exportFromServer(request.input, inSmallPages))).to.equal(here)
  })

  it('say in the trail who did it: the operator of the database, or the client of the token', async () => {
    for (const [way, actor] of [['qxd', 'cli'] as const, ['qxa', `client:${clientId}`] as const]) {
      const id = await person(way, 'traced')
      await WAYS[way](['account', 'disable', id])
      const {
        entries: [entry],
      } = await listEntries(server.parts.db, { accountId: id, action: 'account.disabled' }, { limit: 1 })
      expect(entry?.actor, way).to.equal(actor)
    }
  })

  it('know every operation as the server describes it', async () => {
    const { paths } = (await (await fetch(`${server.issuer}/api/v1/openapi.json`)).json()) as Document
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, security }]) => {
        const scope = security?.[0]?.oauth2?.[0] ?? ''
        return [operationId, { method: method.toUpperCase(), path, scope }] as const
      }),
    )
    const known = new Map(described)
    for (const id of Object.keys(API_OPERATIONS) as OperationId[])
      expect(operationOf(id), id).to.eql(known.get(id))
  })
})

type Document = {
  paths: Record<string, Record<string, { operationId: string; security?: { oauth2?: string[] }[] }>>
}

async function failureText(running: Promise<Answer>): Promise<string> {
  const error: unknown = await running.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  const { code, lines } = failureOf(error)
  return `${code}: ${lines.join('; ')}`
}
