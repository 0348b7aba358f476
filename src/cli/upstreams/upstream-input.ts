/** What was typed about an upstream. Checked by the noun. */
import { readFileSync } from 'node:fs'
import { readJsonFile, usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'

export function newIn(input: Input): Record<string, unknown> {
  const template = input.text('template')
  return { ...fieldsOf(input), id: idOf(input), ...(template && { template }) }
}

/** @throws AppError `usage` for an option beside its opposite, and for nothing to change */
export function changesIn(input: Input): Record<string, unknown> {
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
  }
  if (Object.keys(changes).length === 0) throw usageError('upstream update takes at least one option')
  return changes
}

export function idOf({ operands: [id = ''] }: Input): string {
  return id
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
