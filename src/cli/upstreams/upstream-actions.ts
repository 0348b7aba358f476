/** What the commands of `upstream` do. */
import { readFileSync } from 'node:fs'
import type { Answer } from '../../command-line/command.ts'
import { readJsonFile, usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime, record, table } from '../../command-line/layout.ts'
import type { Services } from '../../services.ts'
import { countLinks } from '../../upstreams/links.ts'
import { publicFields } from '../../upstreams/upstream-fields.ts'
import { addUpstream, removeUpstream, updateUpstream } from '../../upstreams/upstream-changes.ts'
import { checkUpstream } from '../../upstreams/client/upstream-check.ts'
import type { UpstreamChanges, UpstreamInput } from '../../upstreams/upstream-input.ts'
import { addressesOf, redirectUriOf } from '../../upstreams/client/upstream-client.ts'
import { listUpstreams, theUpstream } from '../../upstreams/upstream.ts'
import type { Upstream } from '../../upstreams/upstream.ts'

const CLI = { actor: 'cli' }

export async function add(input: Input, services: Services): Promise<Answer> {
  const template = input.text('template')
  // Checked together with the other fields.
  const given = { ...fieldsOf(input), id: idOf(input), ...(template && { template }) } as UpstreamInput
  const upstream = await addUpstream(services, given, CLI)
  const { text, data } = shown(services, upstream)
  return {
    data,
    text: `${text}\n\nRegister the redirect address at the provider, and those for sign-outs where it knows them.`,
  }
}

export async function list(_input: Input, { db }: Services): Promise<Answer> {
  const [upstreams, counts] = [await listUpstreams(db), await countLinks(db)]
  const rows = upstreams.map((one) => [
    one.id,
    one.label,
    one.kind,
    one.enabled ? 'on' : 'off',
    String(counts.get(one.id) ?? 0),
    one.signUp,
    one.issuer ?? one.endpoints.authorization ?? '',
  ])
  const data = upstreams.map((one) => ({ ...dataOf(one), connected: counts.get(one.id) ?? 0 }))
  const head = ['ID', 'LABEL', 'KIND', 'STATE', 'CONNECTED', 'SIGN-UP', 'PROVIDER']
  return { data: { upstreams: data }, text: table(head, rows, 'No upstreams.') }
}

export async function show(input: Input, services: Services): Promise<Answer> {
  return shown(services, await theUpstream(services.db, idOf(input)))
}

export async function update(input: Input, services: Services): Promise<Answer> {
  for (const [one, other] of OPPOSITES)
    if (isGiven(input, one) && isGiven(input, other))
      throw usageError(`upstream update takes --${one} or --${other}`)
  const changes = {
    ...fieldsOf(input),
    ...(input.flag('all-clients') && { clients: [] }),
    ...(input.flag('all-domains') && { email_domains: [] }),
    ...(input.flag('ignore-mfa') && { trust_mfa: false }),
    ...(input.flag('ignore-frontchannel-logout') && { frontchannel_logout: false }),
    ...(input.flag('enable') && { enabled: true }),
    ...(input.flag('disable') && { enabled: false }),
  } as UpstreamChanges
  if (Object.keys(changes).length === 0) throw usageError('upstream update takes at least one option')
  return shown(services, await updateUpstream(services, idOf(input), changes, CLI))
}

export async function remove(input: Input, services: Services): Promise<Answer> {
  const { id, label } = await removeUpstream(services, idOf(input), CLI)
  return { data: { id, label, deleted: true }, text: `Removed ${label} (${id}).` }
}

export async function test(input: Input, services: Services): Promise<Answer> {
  const upstream = await theUpstream(services.db, idOf(input))
  const { faults, exitCode, found } = await checkUpstream(services, upstream)
  const redirectUri = redirectUriOf(services.config.issuer, upstream.id)
  const data = { id: upstream.id, redirect_uri: redirectUri, ...found, faults }
  const lines = faults.length === 0 ? ['It answers as it should.'] : faults.map((fault) => `Fault: ${fault}`)
  return {
    data,
    text: [record({ id: upstream.id, redirect_uri: redirectUri, ...found }), '', ...lines].join('\n'),
    exitCode,
  }
}

const OPPOSITES = [
  ['enable', 'disable'],
  ['trust-mfa', 'ignore-mfa'],
  ['frontchannel-logout', 'ignore-frontchannel-logout'],
  ['for-client', 'all-clients'],
  ['email-domain', 'all-domains'],
] as const

function isGiven(input: Input, option: string): boolean {
  return input.flag(option) || input.texts(option).length > 0
}

/** What was named, over the file. */
function fieldsOf(input: Input): Record<string, unknown> {
  const file = input.text('metadata')
  const named = {
    label: input.text('label'),
    issuer: input.text('issuer'),
    client_id: input.text('client-id'),
    client_secret: secretOf(input),
    scope: input.text('scope'),
    email_trust: input.text('email-trust'),
    sign_up: input.text('sign-up'),
    sign_out: input.text('sign-out'),
    clients: listOf(input, 'for-client'),
    email_domains: listOf(input, 'email-domain'),
    mfa_levels: listOf(input, 'mfa-level'),
    trust_mfa: input.flag('trust-mfa') || undefined,
    frontchannel_logout: input.flag('frontchannel-logout') || undefined,
  }
  const typed = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined))
  return { ...(file !== undefined && objectIn(file)), ...typed }
}

function listOf(input: Input, option: string): string[] | undefined {
  const given = input.texts(option)
  return given.length > 0 ? given : undefined
}

function objectIn(file: string): object {
  const read = readJsonFile('metadata', file)
  if (typeof read === 'object' && read !== null && !Array.isArray(read)) return read
  throw usageError(`--metadata: ${file} holds no JSON object`)
}

/** From a file, so that it is neither in the history of the shell nor in the list of processes. */
function secretOf(input: Input): string | undefined {
  const file = input.text('client-secret-file')
  if (file === undefined) return undefined
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    throw usageError(`--client-secret-file: ${file} cannot be read`)
  }
}

function idOf({ operands: [id = ''] }: Input): string {
  return id
}

function shown({ config }: Services, upstream: Upstream): Answer {
  const data = { ...dataOf(upstream), ...addressesOf(config.issuer, upstream) }
  return { data, text: record(data) }
}

function dataOf(upstream: Upstream) {
  const fields = publicFields(upstream)
  return {
    ...fields,
    parameters: JSON.stringify(fields.parameters),
    mapping: JSON.stringify(fields.mapping),
    created_at: isoTime(upstream.createdAtMs),
    updated_at: isoTime(upstream.updatedAtMs),
  }
}
