/**
 * The catalogue: every type of event, when it is sent, and the schema of its data. A published type never changes its
 * meaning. Fields may be added; anything else is a new version of the schema.
 */
import { z } from 'zod'

/** New events always have it. It is optional because older events without it can be replayed. */
const laterGroups = z.array(z.string()).optional().describe('Names of its groups, sorted')

const time = z.iso.datetime().describe('UTC, RFC 3339')
const text = z.string()

/** The account when the event was recorded: after the change, or just before it was deleted. */
export const accountSnapshot = z.object({
  id: text.describe('The `sub` of OpenID Connect, unless a client has pairwise ones'),
  email: text,
  email_verified: z.boolean(),
  name: text,
  given_name: text.nullable(),
  family_name: text.nullable(),
  username: text.nullable(),
  locale: text.nullable(),
  /** Newer than the first published schema, so an older event has none. */
  zoneinfo: text.nullable().optional().describe('The IANA name of its time zone'),
  disabled: z.boolean(),
  /** Newer than the first published schema, so an older event has none. */
  delete_at: time.nullable().optional().describe('When it is deleted, at its owner’s wish'),
  /** Both newer than the first published schema, so an older event has none. */
  terms_version: text
    .nullable()
    .optional()
    .describe('The version of the terms that the person accepted last'),
  terms_accepted_at: time.nullable().optional(),
  roles: z.array(text).describe('Roles inside this service'),
  /** Newer than the first published schema, so an older event has none. */
  second_factor: z
    .boolean()
    .optional()
    .describe('Whether the password alone is not enough: there is an authenticator app or a passkey'),
  groups: laterGroups,
  created_at: time,
  updated_at: time,
})

const actor = text.describe(
  'Who did it: an account id, `client:` and a client id, `upstream:` and an upstream id, `anonymous`, `cli` or `system`',
)
const account_id = text
const client_id = text

const ofAccount = z.object({ actor, account: accountSnapshot })
/** New events always have it. It is optional because older events without it can be replayed. */
const laterActor = actor.optional()
const ofSession = z.object({ actor: laterActor, account_id, session_id: text })
const ofClient = z.object({ actor, client_id, client_name: text.nullable() })
const ofResource = z.object({ actor, identifier: text, name: text, client_id })
const ofGroup = z.object({ actor, group: z.object({ id: text, name: text, description: text }) })
const ofRole = z.object({
  actor,
  role: z.object({
    name: text,
    description: text,
    scopes: z.array(text).describe('What it allows in the administration'),
  }),
})
const ofUpstream = z.object({
  actor,
  upstream: z.object({ id: text, label: text, kind: z.enum(['oidc', 'oauth2']), enabled: z.boolean() }),
})
const ofKey = z.object({ actor, kid: text, alg: text, use: z.enum(['sig', 'enc']) })

const ofRegistrationToken = z.object({ actor, id: text, name: text })

const accountBy = <const How extends readonly [string, ...string[]]>(...how: How) =>
  ofAccount.extend({ how: z.enum(how) })

type Entry = { when: string; data: z.ZodObject }

export const EVENT_TYPES = {
  'account.created': {
    when: 'A person registered, or an operator added or imported an account.',
    data: accountBy('registration', 'operator', 'import'),
  },
  'account.activated': {
    when: 'A person proved the e-mail address, by the link or code of a mail.',
    data: ofAccount,
  },
  'account.changed': {
    when: 'The profile was changed. `fields` names what was written.',
    data: ofAccount.extend({ fields: z.array(text) }),
  },
  'account.password_changed': {
    when: 'The password was changed or reset. Other sessions have ended.',
    data: accountBy('change', 'reset', 'operator'),
  },
  'account.factors_changed': {
    when: 'A second factor was added, removed or reset. Or a reset was planned or stopped, recovery codes were renewed, or one was used. Or a browser was trusted, or is no longer.',
    data: accountBy(
      'added',
      'removed',
      'reset',
      'reset_requested',
      'reset_stopped',
      'recovery_codes_renewed',
      'recovery_code_used',
      'browser_trusted',
      'browser_trust_ended',
    ).extend({
      /** Newer than the first published schema, so an older event has none. */
      factor: z.enum(['totp', 'passkey']).optional().describe('What was added or removed'),
    }),
  },
  'account.roles_changed': { when: 'The roles inside this service changed.', data: ofAccount },
  'account.groups_changed': {
    when: 'The account was added to a group, or removed from it. A group that goes has an event of its own.',
    data: accountBy('added', 'removed').extend({ group: z.object({ id: text, name: text }) }),
  },
  'account.upstreams_changed': {
    when: 'The account was connected with an upstream, or disconnected. An upstream that goes has an event of its own.',
    data: accountBy('connected', 'disconnected').extend({ upstream: z.object({ id: text, label: text }) }),
  },
  'account.disabled': { when: 'The account was disabled. All its access has ended.', data: ofAccount },
  'account.enabled': { when: 'The account may sign in again.', data: ofAccount },
  'account.deletion_requested': {
    when: 'A person wants the account deleted. All its access has ended. A sign-in before `delete_at` cancels it.',
    data: ofAccount.extend({ delete_at: time }),
  },
  'account.deletion_cancelled': {
    when: 'The person signed in again, or took a change of address back. The account stays.',
    data: ofAccount,
  },
  'account.deleted': {
    when: 'The account was deleted. The data is the last state of the account.',
    data: accountBy('deletion', 'never_activated'),
  },
  'account.signed_out_everywhere': {
    when: 'All sessions and all access of the account were ended.',
    data: ofAccount,
  },
  'account.signed_out_elsewhere': {
    when: 'All sessions and all access of the account ended at its wish, except one session.',
    data: ofAccount,
  },
  'session.started': { when: 'A person signed in.', data: ofSession },
  'session.ended': {
    when: 'One session ended: the person signed out there, or signed in too often elsewhere.',
    data: ofSession.extend({ how: z.enum(['sign_out', 'too_many_sessions']) }),
  },
  'consent.given': {
    when: 'A person allowed an app more than before. The data is all that is allowed now.',
    data: z.object({
      actor: laterActor,
      account_id,
      client_id,
      scopes: z.array(text),
      claims: z.array(text),
      resources: z.record(text, z.array(text)).describe('Scopes by resource server'),
    }),
  },
  'consent.revoked': {
    when: 'A person took back what an app was allowed. Its access has ended.',
    data: z.object({ actor: laterActor, account_id, client_id }),
  },
  'client.created': { when: 'An app was registered.', data: ofClient },
  'client.changed': { when: 'The metadata of an app changed.', data: ofClient },
  'client.secret_rotated': { when: 'An app got a new secret.', data: ofClient },
  'client.disabled': { when: 'An app was disabled.', data: ofClient },
  'client.enabled': { when: 'A disabled app was enabled.', data: ofClient },
  'client.deleted': { when: 'An app was deleted, with all that people had allowed it.', data: ofClient },
  'resource.created': {
    when: 'A resource server was registered. Its client has an event of its own.',
    data: ofResource,
  },
  'resource.changed': { when: 'A resource server changed.', data: ofResource },
  'resource.deleted': {
    when: 'A resource server was deleted. Its client has an event of its own.',
    data: ofResource,
  },
  'group.created': { when: 'A group was made. Its members have events of their own.', data: ofGroup },
  'group.changed': {
    when: 'A group has another name or description. Its members are the same.',
    data: ofGroup.extend({ previous_name: text }),
  },
  'group.deleted': {
    when: 'A group was deleted. Its members have it no longer, and get no events of their own.',
    data: ofGroup.extend({ members: z.int().describe('How many there were') }),
  },
  'role.created': { when: 'A role was made. Accounts that get it have events of their own.', data: ofRole },
  'role.changed': { when: 'A role has another description, or allows something else.', data: ofRole },
  'role.deleted': {
    when: 'A role was deleted. Accounts have it no longer, and get no events of their own.',
    data: ofRole.extend({ accounts: z.int().describe('How many had it') }),
  },
  'upstream.created': { when: 'A provider was added that people may sign in with.', data: ofUpstream },
  'upstream.changed': { when: 'The definition of such a provider changed.', data: ofUpstream },
  'upstream.deleted': {
    when: 'Such a provider was removed. Accounts that were connected with it get no events of their own.',
    data: ofUpstream,
  },
  'key.published': { when: 'A new key is in the key set, for later use.', data: ofKey },
  'key.activated': { when: 'A key is in use from now on. The one before it is retired.', data: ofKey },
  'key.removed': { when: 'A retired key was deleted. It is in the key set no longer.', data: ofKey },
  'registration_token.issued': {
    when: 'An initial access token for the registration of apps was issued.',
    data: ofRegistrationToken,
  },
  'registration_token.revoked': {
    when: 'An initial access token was revoked.',
    data: ofRegistrationToken,
  },
  'exchange_rule.set': {
    when: 'An app was allowed to exchange tokens for a resource server.',
    data: z.object({ actor, client_id, resource: text, scopes: text }),
  },
  'exchange_rule.removed': {
    when: 'An app may exchange tokens for a resource server no longer.',
    data: z.object({ actor, client_id, resource: text }),
  },
} as const satisfies Record<string, Entry>

export type EventType = keyof typeof EVENT_TYPES
export type EventData<Type extends EventType> = z.input<(typeof EVENT_TYPES)[Type]['data']>
