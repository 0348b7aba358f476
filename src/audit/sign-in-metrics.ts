/** Counts sign-ins and registrations as the audit trail records them. A transaction that is undone afterwards was counted all the same. */
import type { Count, Metrics } from '../platform/metrics/metrics.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { AuditAction } from './audited-actions.ts'

const RESULTS: Partial<Record<AuditAction, string>> = {
  'sign_in.succeeded': 'succeeded',
  'sign_in.password_accepted': 'second_factor_needed',
  'sign_in.mail_accepted': 'second_factor_needed',
  'sign_in.failed': 'failed',
  'second_factor.failed': 'second_factor_failed',
  'second_factor.blocked': 'second_factor_blocked',
}
const REGISTRATIONS: Partial<Record<AuditAction, string>> = {
  'account.registered': 'registration',
  'account.added': 'operator',
  'account.imported': 'import',
}
const SECOND_FACTORS: ReadonlySet<unknown> = new Set(['totp', 'recovery_code', 'passkey', 'mailed_code'])

type Counter = Count<'method' | 'second_factor' | 'result'>

// The connection carries the counter, as it carries the recorder of events.
const counters = new WeakMap<object, { count: Counter; countRegistration: Count<'how'> }>()

/** From here on, sign-ins that are recorded through this connection are counted. */
export function countSignInsOf(db: Sql, metrics: Metrics): void {
  const count = metrics.counter<'method' | 'second_factor' | 'result'>({
    name: 'account_server_sign_ins_total',
    help: 'Steps of sign-ins, by method, second factor and result.',
    labels: ['method', 'second_factor', 'result'],
  })
  const countRegistration = metrics.counter<'how'>({
    name: 'account_server_registrations_total',
    help: 'New accounts, by how they came: `registration`, `operator` or `import`.',
    labels: ['how'],
  })
  counters.set(db.userParams, { count, countRegistration })
}

export function countSignIn(
  sql: Sql,
  { action, detail = {} }: { action: AuditAction; detail?: Readonly<Record<string, unknown>> },
): void {
  const [result, how] = [RESULTS[action], REGISTRATIONS[action]]
  const counting = counters.get(sql.userParams)
  if (how !== undefined) counting?.countRegistration({ how })
  if (result === undefined) return
  counting?.count({ method: methodOf(detail), second_factor: secondFactorOf(detail), result })
}

function methodOf({ upstream, passwordless, mailed, factor }: Readonly<Record<string, unknown>>): string {
  if (upstream !== undefined) return 'upstream'
  if (passwordless === true) return 'passkey'
  return mailed === true || factor === 'mail' ? 'mail' : 'password'
}

function secondFactorOf({ passwordless, trusted, factor }: Readonly<Record<string, unknown>>): string {
  if (trusted === true) return 'trusted_browser'
  return passwordless !== true && typeof factor === 'string' && SECOND_FACTORS.has(factor) ? factor : 'none'
}
