/** A limit as the API shows it. */
import { z } from 'zod'
import { LIMIT_STATES } from '../../limits/counts.ts'
import type { Limit } from '../../limits/counts.ts'
import { LIMIT_EFFECTS, LIMIT_KINDS } from '../../limits/limit-kinds.ts'
import { COUNTED_OF, PASSING_LIMITS } from '../../limits/limit-table.ts'
import type { LimitInEffect } from '../../limits/limit-table.ts'
import { timeOf } from '../../operations/shown-account.ts'
import { SECOND_MS } from '../../platform/clock.ts'

export const common = { tag: 'Limits', caller: 'administrator' } as const
export const limitId = z.string().max(200)
export const kindQuery = z.enum(LIMIT_KINDS).optional()
export const NO_LIMIT = {
  limit_not_found: { status: 404, when: 'Nothing is counted under this id, or it has ended.' },
} as const

const EFFECTS =
  '`refused`: 429. `challenge`: each attempt needs a solved puzzle. `mail_code`: unknown browsers need a code by mail. `no_mail`: no mail is sent.'

export const shownLimit = z
  .object({
    id: z.string(),
    kind: z.enum(LIMIT_KINDS),
    state: z.enum(LIMIT_STATES).describe(`\`counting\`: not reached. ${EFFECTS}`),
    network: z.string().nullable(),
    account: z.object({ id: z.string(), email: z.string() }).nullable(),
    count: z.int(),
    limit: z.int(),
    until: z.iso.datetime().describe('When it ends by itself.'),
  })
  .meta({ title: 'Limit' })

export function showLimit({ id, kind, state, network, account, count, limit, untilMs }: Limit) {
  const of = account && { id: account.id, email: account.email }
  return { id, kind, state, network, account: of, count, limit, until: timeOf(untilMs) }
}

export const shownRule = z
  .object({
    kind: z.enum([...LIMIT_KINDS, ...PASSING_LIMITS]),
    per: z.enum(COUNTED_OF).describe('Who is counted. An IPv6 /48 has a multiple of the limit of a network.'),
    effect: z.enum(LIMIT_EFFECTS).describe(EFFECTS),
    limit: z.int().describe('Of forms, 0 counts none.'),
    challenge_from: z.int().nullable().describe('From this count on, each attempt needs a solved puzzle.'),
    window_seconds: z.int(),
    pause_seconds: z.int().nullable().describe('After the limit. `null`: the rest of the window.'),
    settings: z.array(z.string()).describe('What changes it. Empty where it is fixed.'),
    clearable: z.boolean().describe('Whether a count can be read and cleared. Others end by themselves.'),
  })
  .meta({ title: 'Rule of a limit' })

export function showRule(rule: LimitInEffect): z.output<typeof shownRule> {
  const { kind, per, effect, limit, challengeFrom, windowMs, pauseMs, clearable } = rule
  return {
    kind,
    per,
    effect,
    limit,
    challenge_from: challengeFrom,
    window_seconds: windowMs / SECOND_MS,
    pause_seconds: pauseMs === null ? null : pauseMs / SECOND_MS,
    settings: rule.settings.map((name) => `ACCOUNT_SERVER_${name.toUpperCase()}`),
    clearable,
  }
}
