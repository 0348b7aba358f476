/**
 * The kinds of entries. Each kind is kept for a time of its own. Each has a chain of its own, so a purge always takes the
 * oldest part of a chain.
 */
export const AUDIT_KINDS = ['attempt', 'sign_in', 'account', 'app', 'administration', 'view'] as const

export type AuditKind = (typeof AUDIT_KINDS)[number]

/** What strangers cause without an account, as often as they like. */
const ATTEMPTS = [
  'sign_in.failed',
  'sign_in.code_requested',
  'sign_in.guessed',
  'password.reset_requested',
  'account.activation_requested',
  'account.registration_repeated',
  'account.checked',
]

/** By the first word of the action. Other actions are of the kind `account`. */
const BY_NOUN: Readonly<Record<string, AuditKind>> = {
  sign_in: 'sign_in',
  session: 'sign_in',
  second_factor: 'sign_in',
  consent: 'app',
  grant: 'app',
  device: 'app',
  ciba: 'app',
  client: 'administration',
  resource: 'administration',
  key: 'administration',
  group: 'administration',
  upstream: 'administration',
  role: 'administration',
  registration_token: 'administration',
  exchange_rule: 'administration',
  audit: 'administration',
  limit: 'administration',
  mail: 'administration',
  receiver: 'administration',
  webhook: 'administration',
  outbox: 'administration',
  person: 'view',
}

/** The kind of an action, also of one that another release wrote. */
export function kindOf(action: string): AuditKind {
  if (ATTEMPTS.includes(action)) return 'attempt'
  if (action === 'upstream.connected' || action === 'upstream.disconnected') return 'account'
  const noun = action.slice(0, action.indexOf('.'))
  return Object.hasOwn(BY_NOUN, noun) ? (BY_NOUN[noun] ?? 'account') : 'account'
}
