/**
 * Every action of the audit trail, with the event that other systems get of it. An action without an event gives the
 * reason. So a new action cannot be recorded without this decision.
 */
import type { EventType } from '../events/event-types.ts'

type AccountEvent = { event: Extract<EventType, `account.${string}`>; how?: string }
type NoEvent = { none: string }

const CHANGES_NOTHING = 'Changes nothing that another system can see: a mail is on its way.'

const OF_THE_UPSTREAM = 'The upstream has the event, which has the same name.'

const OF_THE_GROUP = 'The group has the event, which has the same name.'

const OF_A_RECEIVER = 'Receivers get events. They are the subject of none.'

const OF_THE_ROLE = 'The role has the event, which has the same name.'

const THE_SAME = 'The event has the same name.'

/** What is recorded because of its event: see `audited-events.ts`. */
const OF_EVENTS = {
  'session.ended': { none: THE_SAME },
  'consent.given': { none: THE_SAME },
  'consent.revoked': { none: THE_SAME },
  'client.created': { none: THE_SAME },
  'client.changed': { none: THE_SAME },
  'client.secret_rotated': { none: THE_SAME },
  'client.disabled': { none: THE_SAME },
  'client.enabled': { none: THE_SAME },
  'client.deleted': { none: THE_SAME },
  'resource.created': { none: THE_SAME },
  'resource.changed': { none: THE_SAME },
  'resource.deleted': { none: THE_SAME },
  'key.published': { none: THE_SAME },
  'key.activated': { none: THE_SAME },
  'key.removed': { none: THE_SAME },
  'registration_token.issued': { none: THE_SAME },
  'registration_token.revoked': { none: THE_SAME },
  'exchange_rule.set': { none: THE_SAME },
  'exchange_rule.removed': { none: THE_SAME },
} as const satisfies Partial<Record<EventType, NoEvent>>

export const AUDITED_ACTIONS = {
  ...OF_EVENTS,
  'account.registered': { event: 'account.created', how: 'registration' },
  'account.added': { event: 'account.created', how: 'operator' },
  'account.imported': { event: 'account.created', how: 'import' },
  'account.activated': { event: 'account.activated' },
  'account.changed': { event: 'account.changed' },
  'terms.accepted': { event: 'account.changed' },
  'account.email_changed': { event: 'account.changed' },
  'account.email_restored': { event: 'account.changed' },
  'account.deletion_requested': { event: 'account.deletion_requested' },
  'account.deletion_cancelled': { event: 'account.deletion_cancelled' },
  'registration.waits': { event: 'account.disabled' },
  'registration.approved': { event: 'account.enabled' },
  'account.disabled': { event: 'account.disabled' },
  'account.enabled': { event: 'account.enabled' },
  'account.deleted': { event: 'account.deleted', how: 'deletion' },
  'account.expired': { event: 'account.deleted', how: 'never_activated' },
  'account.signed_out_everywhere': { event: 'account.signed_out_everywhere' },
  'account.signed_out_elsewhere': { event: 'account.signed_out_elsewhere' },
  'password.changed': { event: 'account.password_changed', how: 'change' },
  'password.reset': { event: 'account.password_changed', how: 'reset' },
  'password.reset_by_operator': { event: 'account.password_changed', how: 'operator' },
  'role.granted': { event: 'account.roles_changed' },
  'role.revoked': { event: 'account.roles_changed' },
  'factor.added': { event: 'account.factors_changed', how: 'added' },
  'factor.removed': { event: 'account.factors_changed', how: 'removed' },
  'factors.reset_requested': { event: 'account.factors_changed', how: 'reset_requested' },
  'factors.reset_stopped': { event: 'account.factors_changed', how: 'reset_stopped' },
  'factors.reset': { event: 'account.factors_changed', how: 'reset' },
  'recovery_codes.renewed': { event: 'account.factors_changed', how: 'recovery_codes_renewed' },
  'recovery_code.used': { event: 'account.factors_changed', how: 'recovery_code_used' },
  'browser.trusted': { event: 'account.factors_changed', how: 'browser_trusted' },
  'browser.trust_ended': { event: 'account.factors_changed', how: 'browser_trust_ended' },
  'passkey.renamed': { none: 'Only the owner sees the name.' },
  'passkey.copied': { none: 'A warning. The owner gets a mail, once a day.' },
  'second_factor.blocked': { none: 'An attempt changes no state. The owner gets a mail, once a day.' },
  'second_factor.failed': { none: 'An attempt changes no state.' },
  'group.member_added': { event: 'account.groups_changed', how: 'added' },
  'group.member_removed': { event: 'account.groups_changed', how: 'removed' },
  'group.created': { none: OF_THE_GROUP },
  'group.changed': { none: OF_THE_GROUP },
  'group.deleted': { none: OF_THE_GROUP },
  'role.created': { none: OF_THE_ROLE },
  'role.changed': { none: OF_THE_ROLE },
  'role.deleted': { none: OF_THE_ROLE },
  'upstream.created': { none: OF_THE_UPSTREAM },
  'upstream.changed': { none: OF_THE_UPSTREAM },
  'upstream.deleted': { none: OF_THE_UPSTREAM },
  'upstream.connected': { event: 'account.upstreams_changed', how: 'connected' },
  'upstream.disconnected': { event: 'account.upstreams_changed', how: 'disconnected' },
  'account.unlocked': { none: 'Attempts are counted again. The account itself stays as it was.' },
  'limit.cleared': { none: 'Attempts are counted again. Accounts and networks stay as they were.' },
  'account.checked': { none: 'A look-up changes no state.' },
  'account.registration_repeated': { none: CHANGES_NOTHING },
  'account.activation_requested': { none: CHANGES_NOTHING },
  'account.data_exported': { none: 'A download changes no state.' },
  'account.email_change_requested': { none: CHANGES_NOTHING },
  'account.email_change_cancelled': { none: 'The account keeps its address. Only a mail loses its effect.' },
  'password.reset_requested': { none: CHANGES_NOTHING },
  'password.reset_mailed': { none: CHANGES_NOTHING },
  'sign_in.succeeded': { none: 'The session that begins is the event: `session.started`.' },
  'sign_in.code_requested': { none: CHANGES_NOTHING },
  'sign_in.mail_accepted': { none: 'The sign-in goes on with the second factor.' },
  'sign_in.password_accepted': { none: 'The sign-in goes on with the second factor.' },
  'sign_in.new_browser': { none: 'The session that begins is the event. The owner gets a mail, five a day.' },
  'sign_in.disowned': { none: 'The end of the sessions is the event: `account.signed_out_everywhere`.' },
  'sign_in.guessed': { none: 'An attempt changes no state. The owner gets a mail, once a day.' },
  'sign_in.failed': { none: 'An attempt changes no state.' },
  'session.ended_by_upstream': { none: 'The session that ends is the event: `session.ended`.' },
  'device.approved': { none: 'The consent is the event: `consent.given`.' },
  'device.denied': { none: 'An answer that allows nothing changes no state.' },
  'ciba.approved': { none: 'The consent is the event: `consent.given`.' },
  'ciba.denied': { none: 'An answer that allows nothing changes no state.' },
  'consent.refused': { none: 'An answer that allows nothing changes no state.' },
  'grant.reuse_detected': { none: 'A warning. The grant was revoked before, by the protocol.' },
  'mail.replayed': { none: 'A mail waits again. Nothing else changes.' },
  'mail.deleted': { none: 'A mail is not sent. Nothing else changes.' },
  'receiver.resumed': { none: OF_A_RECEIVER },
  'receiver.replayed': { none: OF_A_RECEIVER },
  'outbox.replayed': { none: 'Messages wait again. Those that are events keep their type.' },
  'webhook.created': { none: OF_A_RECEIVER },
  'webhook.changed': { none: OF_A_RECEIVER },
  'webhook.secret_rotated': { none: OF_A_RECEIVER },
  'webhook.replayed': { none: OF_A_RECEIVER },
  'webhook.deleted': { none: OF_A_RECEIVER },
  'person.viewed': { none: 'Somebody reads. Nothing changes.' },
  'audit.exported': { none: 'A copy changes no state.' },
  'audit.break_accepted': { none: 'A word about the trail, for its readers.' },
  'audit.chain_broken': { none: 'A warning for the operator, who has it in the log too.' },
} as const satisfies Record<string, AccountEvent | NoEvent>

export type AuditAction = keyof typeof AUDITED_ACTIONS

/** True of the events of changes that have no other entry. */
export function isAuditedEvent(type: EventType): type is keyof typeof OF_EVENTS {
  return Object.hasOwn(OF_EVENTS, type)
}

/** The event of an action, where it has one. */
export function eventOf(action: AuditAction): AccountEvent | undefined {
  const entry: AccountEvent | NoEvent = AUDITED_ACTIONS[action]
  return 'event' in entry ? entry : undefined
}
