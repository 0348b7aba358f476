/**
 * The sign-ins of an account, as its owner reads them: those that worked and those that did not. They come from the audit
 * trail, which keeps a failed one for `ATTEMPT_KEEP_DAYS`.
 */
import { z } from 'zod'
import type { AuditAction } from '../audit/audited-actions.ts'
import { DAY_MS } from '../platform/clock.ts'
import type { Sql } from '../platform/sql/database.ts'

/** Older sign-ins are not shown. */
export const HISTORY_MS = 90 * DAY_MS

const ACTIONS = [
  'sign_in.succeeded',
  'sign_in.password_accepted',
  'sign_in.mail_accepted',
  'sign_in.failed',
  'second_factor.failed',
  'second_factor.blocked',
] as const satisfies readonly AuditAction[]

/** What a sign-in took besides the password. `mail`: a code in its place; `mailed_code`: one after it. */
export const SIGN_IN_FACTORS = ['totp', 'recovery_code', 'passkey', 'mail', 'mailed_code'] as const

const detailSchema = z.object({
  browser: z.string().optional(),
  /** The client id of the app. */
  client: z.string().optional(),
  /** The label of the provider that they came from. */
  upstream: z.string().optional(),
  factor: z.enum(SIGN_IN_FACTORS).optional(),
  /** After a code by mail, in place of the password. */
  mailed: z.boolean().optional(),
  /** Without the password before it. */
  passwordless: z.boolean().optional(),
  /** Without the second step, in a browser that the owner trusts. */
  trusted: z.boolean().optional(),
  /** Asked of somebody who was signed in. */
  confirmation: z.boolean().optional(),
})

export type SignInEntry = {
  id: number
  atMs: number
  action: (typeof ACTIONS)[number]
  ip: string | null
  /** More than 1 for equal failures of one minute. */
  times: number
} & z.infer<typeof detailSchema>

/** The latest first, at most `limit`. `before`: the id of an entry; only what came earlier. */
export async function listSignIns(
  sql: Sql,
  accountId: string,
  { before, limit, nowMs }: { before?: number | undefined; limit: number; nowMs: number },
): Promise<SignInEntry[]> {
  const rows: (Omit<SignInEntry, keyof z.infer<typeof detailSchema>> & { detail: string })[] = await sql(
    'audit_events',
  )
    .where({ accountId })
    .where((found) => (before === undefined ? found : found.where('id', '<', before)))
    .where('atMs', '>', nowMs - HISTORY_MS)
    .whereIn('action', ACTIONS)
    .orderBy('id', 'desc')
    .limit(limit)
    .select('id', 'atMs', 'action', 'ip', 'times', 'detail')
  return rows.map(({ detail, ...entry }) => ({ ...entry, ...detailSchema.parse(JSON.parse(detail)) }))
}
