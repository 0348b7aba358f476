/** One's own sign-ins, also those that failed. */
import { z } from 'zod'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { INVALID_CURSOR, pageOf, pageQuery } from '../../operations/paging.ts'
import { timeOf } from '../../operations/shown-account.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { listSignIns, SIGN_IN_FACTORS } from '../../sessions/sign-in-history.ts'
import type { SignInEntry } from '../../sessions/sign-in-history.ts'
import { common, ownerOf } from './owner.ts'

const RESULTS = {
  'sign_in.succeeded': 'succeeded',
  'sign_in.password_accepted': 'password_accepted',
  'sign_in.mail_accepted': 'mail_code_accepted',
  'sign_in.failed': 'wrong_password',
  'second_factor.failed': 'wrong_code',
  'second_factor.blocked': 'too_many_codes',
} as const satisfies Record<SignInEntry['action'], string>

const shownSignIn = z
  .object({
    id: z.int(),
    at: z.iso.datetime(),
    result: z
      .enum(RESULTS)
      .describe('`password_accepted`: the password was right, and a code was asked for.'),
    times: z.int().describe('More than 1 for equal failures within a minute, from one network.'),
    confirmation: z.boolean().describe('Asked of somebody who was signed in already.'),
    ip: z.string().nullable(),
    place: z.string().optional().describe('Where that is, in English, if the server knows it.'),
    browser: z.string().optional(),
    client_id: z.string().optional().describe('The app that it was for.'),
    second_factor: z.enum(SIGN_IN_FACTORS).optional(),
  })
  .meta({ title: 'Sign-in' })

export function signInOperations({ db, clock, places }: Services): readonly Operation[] {
  const { limit, cursor } = pageQuery
  return [
    operation({
      ...common,
      id: 'listOwnSignIns',
      method: 'get',
      path: '/account/sign-ins',
      summary: 'List your sign-ins of the last 90 days, newest first',
      description:
        'Also those that failed. A failed one is kept for a shorter time, which the operator sets.',
      scope: 'account:read',
      query: z.strictObject({ limit, cursor }),
      answer: { status: 200, description: 'A page of sign-ins.', schema: pageOf(shownSignIn) },
      problems: INVALID_CURSOR,
      async handle({ token, query }) {
        const asked = { before: idOf(query.cursor), limit: query.limit + 1, nowMs: clock() }
        const found = await listSignIns(db, ownerOf(token).id, asked)
        const items = found.slice(0, query.limit).map((one) => shown(one, places))
        const next = found.length > query.limit ? items.at(-1)?.id : undefined
        return { body: { items, ...(next !== undefined && { next: String(next) }) } }
      },
    }),
  ]
}

function shown(entry: SignInEntry, places: Services['places']): z.output<typeof shownSignIn> {
  const place = places.of(entry.ip)?.['en']
  return {
    id: entry.id,
    at: timeOf(entry.atMs),
    result: RESULTS[entry.action],
    times: entry.times,
    confirmation: entry.confirmation ?? false,
    ip: entry.ip,
    ...(place !== undefined && { place }),
    ...(entry.browser !== undefined && { browser: entry.browser }),
    ...(entry.client !== undefined && { client_id: entry.client }),
    ...(entry.factor !== undefined && { second_factor: entry.factor }),
  }
}

function idOf(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined
  if (/^[1-9]\d{0,14}$/.test(cursor)) return Number(cursor)
  throw new AppError('invalid_cursor', 400, INVALID_CURSOR.invalid_cursor.when)
}
