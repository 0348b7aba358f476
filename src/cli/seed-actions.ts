/** What the command `seed` does. */
import { renameSync, writeFileSync } from 'node:fs'
import { AppError } from '../platform/errors.ts'
import type { Services } from '../services.ts'
import type { ReplaceToken } from '../../seeds/conformance.ts'
import type { Answer } from '../command-line/command.ts'
import { usageError } from '../command-line/input.ts'
import type { Input } from '../command-line/input.ts'
import { record, table } from '../command-line/layout.ts'

const PORT = { min: 1, max: 65_535 }

export async function seed(input: Input, services: Services, replaceToken?: ReplaceToken): Promise<Answer> {
  return placed(
    input,
    await (input.operands.length > 0
      ? conformance(input, services, replaceToken)
      : development(input, services)),
  )
}

/** A shell truncates the file of `>` before anything runs, and a failure leaves it empty. */
function placed(input: Input, answer: Answer): Answer {
  const file = input.text('output')
  if (file === undefined) return answer
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(answer.data)}\n`, { mode: 0o600 })
  renameSync(draft, file)
  return { data: { written: file }, text: `Written to ${file}.` }
}

async function development(input: Input, services: Services): Promise<Answer> {
  const { config } = services
  if (config.mode === 'service' && !input.flag('force'))
    throw new AppError(
      'seed_refused',
      403,
      'seed is for development: its passwords are public; use --force to run it anyway',
    )
  // Imported only here, so that an installation may leave the folder out.
  const { seedDevelopment, DEMO_PORTS } = await import('../../seeds/development.ts')
  const ports = {
    app: input.integer('app-port', PORT) ?? DEMO_PORTS.app,
    api: input.integer('api-port', PORT) ?? DEMO_PORTS.api,
  }
  const seeded = await seedDevelopment(services, ports)
  const { accounts, client, resource, changed } = seeded
  const app = ['client_id', 'client_secret', 'redirect_uris', 'post_logout_redirect_uris', 'scope'] as const
  const text = [
    changed ? 'Development data is in place.' : 'Development data was in place already; nothing changed.',
    '',
    'People (passwords as seeded; a changed password is not reset)',
    table(
      ['E-MAIL', 'PASSWORD', 'NAME'],
      accounts.map((one) => [one.email, one.password, one.name]),
      '',
    ),
    '',
    'Demo app',
    record({ issuer: config.issuer, ...Object.fromEntries(app.map((name) => [name, client[name]])) }),
    '',
    'Demo resource server (introspects with these)',
    record(resource),
  ]
  return { data: { issuer: config.issuer, accounts, client, resource, changed }, text: text.join('\n') }
}

async function conformance(input: Input, services: Services, replaceToken?: ReplaceToken): Promise<Answer> {
  const [what, file, ...more] = input.operands
  if (what !== 'conformance' || file === undefined || more.length > 0)
    throw usageError('seed takes nothing, or: conformance FILE')
  const { readConformanceFile } = await import('../../seeds/conformance-file.ts')
  const { seedConformance } = await import('../../seeds/conformance.ts')
  const seeded = await seedConformance({ ...services, replaceToken }, readConformanceFile(file))
  const { changed, account, plans } = seeded
  const text = [
    changed ? 'The clients and the account are in place.' : 'All was in place already; nothing changed.',
    '',
    'Account',
    record(account),
    '',
    'Configurations for the suite, without private keys; --json adds what its browser does.',
    ...plans.map((one) => `\n${one.plan} ${variantOf(one.variant)}\n${indented(one.configuration)}`),
  ]
  return { data: { issuer: services.config.issuer, ...seeded }, text: text.join('\n') }
}

function variantOf(variant: Record<string, string>): string {
  return Object.entries(variant)
    .map(([name, value]) => `[${name}=${value}]`)
    .join('')
}

/** For people. The tasks of the suite's browser are in the JSON alone. */
function indented(configuration: object): string {
  return JSON.stringify({ ...configuration, browser: undefined, override: undefined }, undefined, 2)
}
