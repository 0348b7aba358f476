/** `registration-token`: the right to register clients by the protocol (RFC 7591), under a policy. */
import { AppError } from '../platform/errors.ts'
import { GRANT_TYPES, PROFILES } from '../clients/client-choices.ts'
import {
  createInitialAccessToken,
  listInitialAccessTokens,
  revokeInitialAccessToken,
} from '../protocol/registration/initial-access-tokens.ts'
import type { InitialAccessToken } from '../protocol/registration/initial-access-tokens.ts'
import { parsePolicy } from '../protocol/registration/registration-policy.ts'
import type { RegistrationPolicy } from '../protocol/registration/registration-policy.ts'
import type { Parts } from '../process/parts.ts'
import { HOUR_MS } from '../platform/clock.ts'
import type { Answer, Noun, OptionSpec } from './command.ts'
import type { Input } from './input.ts'
import { readJsonFile } from './json-file.ts'
import { isoTime, record, table } from './layout.ts'

const noun = 'registration-token'
const opens = 'schema'
const DAY_HOURS = 24
const YEAR_HOURS = 365 * DAY_HOURS

const createOptions: Record<string, OptionSpec> = {
  name: { value: 'N', about: 'For whom or what it is, for the list.', required: true },
  policy: {
    value: 'FILE',
    about: 'What may be registered, a JSON file with the names below; they come first.',
  },
  'grant-type': { value: 'G', about: `${GRANT_TYPES.join(', ')} (the first two).`, many: true },
  profile: {
    value: 'P',
    about: `${PROFILES.join(', ')}; the first given is the one assigned (default).`,
    many: true,
  },
  scope: { value: '"S…"', about: 'Scopes that may be registered (all).' },
  'redirect-host': {
    value: 'H',
    about: 'Hosts of redirect addresses, or schemes like com.example.app: (any).',
    many: true,
  },
  resource: {
    value: 'U',
    about: 'A resource server whose tokens its clients may ask for (none).',
    many: true,
  },
  'expires-hours': { value: 'HOURS', about: 'How long it may be used (24).' },
  uses: { value: 'COUNT', about: 'How many clients it may register (1).' },
  reusable: { about: 'It may register any number of clients.' },
}

export const registrationToken: Noun = {
  name: noun,
  about: 'Initial access tokens, with which apps register themselves',
  commands: [
    {
      noun,
      verb: 'create',
      opens,
      about: 'Makes an initial access token (RFC 7591 §3); it is shown only then.',
      options: createOptions,
      examples: [
        'registration-token create --name "Partner portal" --redirect-host partner.example.com',
        'registration-token create --name "Tool servers" --profile mcp --resource https://tools.example.com/ --reusable --expires-hours 720',
      ],
      run: create,
    },
    {
      noun,
      verb: 'list',
      opens,
      about: 'Lists initial access tokens, newest first; never the tokens themselves.',
      examples: ['registration-token list'],
      run: list,
    },
    {
      noun,
      verb: 'revoke',
      opens,
      operand: { name: 'ID', about: 'The id of the token, as the list shows it.' },
      about: 'Ends an initial access token. Clients that were registered with it stay.',
      examples: ['registration-token revoke 6f1ed002-ab12-4a5c-9d3e-0c1f2e3d4b5a'],
      run: revoke,
    },
  ],
}

async function create(input: Input, { db, clock }: Parts): Promise<Answer> {
  const hours = input.integer('expires-hours', { min: 1, max: 10 * YEAR_HOURS }) ?? DAY_HOURS
  const uses = input.integer('uses', { min: 1, max: 1_000_000 }) ?? 1
  const { token, record: made } = await createInitialAccessToken(
    db,
    {
      name: input.text('name') ?? '',
      policy: policyOf(input),
      maxUses: input.flag('reusable') ? null : uses,
      expiresAtMs: clock() + hours * HOUR_MS,
    },
    clock,
  )
  const data = { initial_access_token: token, ...toData(made) }
  return { data, text: `${record(data)}\n\nThe initial_access_token is shown only now.` }
}

function policyOf(input: Input): RegistrationPolicy {
  const file = input.text('policy')
  const options = {
    grant_types: input.texts('grant-type'),
    profiles: input.texts('profile'),
    scopes: input.text('scope')?.split(' ').filter(Boolean) ?? [],
    redirect_hosts: input.texts('redirect-host'),
    resources: input.texts('resource'),
  }
  const named = Object.fromEntries(Object.entries(options).filter(([, values]) => values.length > 0))
  const read = file === undefined ? {} : readJsonFile('policy', file)
  return parsePolicy(Object.keys(named).length === 0 ? read : { ...(read as object), ...named })
}

async function list(_input: Input, { db, clock }: Parts): Promise<Answer> {
  const found = await listInitialAccessTokens(db)
  const rows = found.map((one) => [
    one.id,
    one.name,
    `${one.usedCount} of ${one.maxUses ?? 'any'}`,
    isoTime(one.expiresAtMs),
    stateOf(one, clock()),
  ])
  return {
    data: { registration_tokens: found.map(toData) },
    text: table(['ID', 'NAME', 'USED', 'EXPIRES', 'STATE'], rows, 'No initial access tokens.'),
  }
}

async function revoke({ operands: [id = ''] }: Input, { db, clock }: Parts): Promise<Answer> {
  if (!(await revokeInitialAccessToken(db, id, clock)))
    throw new AppError('registration_token_not_found', 404, 'There is no such token that could be revoked.')
  return { data: { id, revoked: true }, text: `Revoked ${id}.` }
}

function stateOf(
  { revokedAtMs, expiresAtMs, usedCount, maxUses }: InitialAccessToken,
  nowMs: number,
): string {
  if (revokedAtMs !== null) return 'revoked'
  if (expiresAtMs <= nowMs) return 'expired'
  return maxUses !== null && usedCount >= maxUses ? 'used up' : 'usable'
}

function toData(one: InitialAccessToken) {
  return {
    id: one.id,
    name: one.name,
    policy: one.policy,
    used: one.usedCount,
    uses: one.maxUses ?? 'any',
    expires_at: isoTime(one.expiresAtMs),
    revoked_at: isoTime(one.revokedAtMs),
  }
}
