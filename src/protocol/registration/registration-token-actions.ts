/** What the commands of `registration-token` do. */
import { AppError } from '../../platform/errors.ts'
import {
  createInitialAccessToken,
  listInitialAccessTokens,
  revokeInitialAccessToken,
} from './initial-access-tokens.ts'
import type { InitialAccessToken } from './initial-access-tokens.ts'
import { parsePolicy } from './registration-policy.ts'
import type { RegistrationPolicy } from './registration-policy.ts'
import type { Services } from '../../services.ts'
import { HOUR_MS } from '../../platform/clock.ts'
import type { Answer } from '../../command-line/command.ts'
import { readJsonFile } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime, record, table } from '../../command-line/layout.ts'

const DAY_HOURS = 24
const YEAR_HOURS = 365 * DAY_HOURS

export async function create(input: Input, { db, clock }: Services): Promise<Answer> {
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

export async function list(_input: Input, { db, clock }: Services): Promise<Answer> {
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

export async function revoke({ operands: [id = ''] }: Input, { db, clock }: Services): Promise<Answer> {
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
