/** Things that are administered, in states in which each act of the administration pages is offered for one of them. */
import { updateAccount } from '../../src/account-cache/changed-account.ts'
import { disableAccount } from '../../src/accounts/account-state.ts'
import { requestNewAddress } from '../../src/accounts/journeys/new-address.ts'
import { requestDeletion } from '../../src/accounts/life/deletion.ts'
import { takeDataExport } from '../../src/attempts/account-limits.ts'
import { recordAudit } from '../../src/audit/audit.ts'
import { createInvitation } from '../../src/accounts/registrations/invitations.ts'
import { createRole } from '../../src/accounts/roles/roles.ts'
import { keepErrors } from '../../src/clients/errors/client-errors.ts'
import { disableClient } from '../../src/clients/clients.ts'
import { rememberConsent } from '../../src/consents/consents.ts'
import { createWebhook } from '../../src/event-sinks/webhooks/webhooks.ts'
import { planFactorReset } from '../../src/factors/factor-resets.ts'
import { createGroup } from '../../src/groups/groups.ts'
import { addMember } from '../../src/groups/members.ts'
import { HOUR_MS } from '../../src/platform/clock.ts'
import { randomToken } from '../../src/platform/tokens.ts'
import { recordSession } from '../../src/sessions/account-sessions.ts'
import { connect } from '../../src/upstreams/links.ts'
import { addUpstream } from '../../src/upstreams/upstream-changes.ts'
import { givenUpMail } from '../api/given-up-mail.ts'
import { enroll } from '../factors/enrolled.ts'
import { giveLogo, givePicture } from '../pictures/samples.ts'
import { anyAddress } from '../provider/stage.ts'
import type { Person, RunningServer } from './running-server.ts'

const BY = { actor: 'cli' } as const
const RECEIVER = 'events.kafka'

/** By section, the keys of things. `ann`: a person with something in every part of their page. */
export type Administered = { ann: Person; things: Readonly<Record<string, readonly string[]>> }

export async function administered(server: RunningServer): Promise<Administered> {
  const { parts } = server
  const mark = randomToken(64)
  const group = await createGroup(parts, { name: `Night shift ${mark}` }, BY)
  const role = await createRole(parts, { name: `role-${mark.toLowerCase()}`, scopes: ['audit:read'] }, BY)
  const app = await server.createClient({
    client_name: 'Notes',
    redirect_uris: ['https://notes.example.com/callback'],
    initiate_login_uri: 'https://notes.example.com/sign-in',
  })
  const closed = await server.createClient({
    client_name: 'Old notes',
    redirect_uris: ['https://old.example.com/callback'],
  })
  await giveLogo(server, app.client_id)
  await disableClient(parts.db, closed.client_id, parts.clock)
  const { resource } = await server.createResource({ identifier: `https://${mark}.example.com`, name: 'API' })
  const ann = await annOf(server, { clientId: app.client_id, groupId: group.id })
  const upstream = await upstreamOf(server, ann)
  await updateAccount(parts.db, { id: ann.account.id }, { emailVerifiedAtMs: null })
  const leaving = await server.createAccount()
  await requestDeletion(parts, leaving.account.id, BY)
  await disableAccount(parts, leaving.account.id, BY)
  const waiting = await server.createAccount()
  await parts.db('registration_approvals').insert({ accountId: waiting.account.id, requestedAtMs: 0 })
  await createInvitation(parts, { email: `guest-${mark}@example.org`, lifetimeMs: HOUR_MS }, BY)
  return {
    ann,
    things: {
      accounts: [ann.account.id, leaving.account.id],
      groups: [group.id],
      roles: [role.name, 'admin'],
      clients: [app.client_id, closed.client_id],
      resources: [resource.identifier],
      upstreams: [upstream],
      ...(await waitingThings(server)),
    },
  }
}

/** Somebody who has everything that a person may have. */
async function annOf(
  server: RunningServer,
  { clientId, groupId }: { clientId: string; groupId: string },
): Promise<Person> {
  const { parts } = server
  const ann = await server.createAccount({ name: 'Ann Example', givenName: 'Ann', familyName: 'Example' })
  const { id: accountId } = ann.account
  const nowMs = parts.clock()
  const session = { uid: randomToken(), accountId, ip: '192.0.2.41', amr: ['pwd'] }
  await recordSession(parts.db, { ...session, expiresAtMs: nowMs + HOUR_MS }, 10, nowMs)
  await rememberConsent(parts.db, accountId, clientId, { scopes: ['openid', 'email'] }, nowMs)
  await addMember(parts, { groupId, accountId }, BY)
  await givePicture(server, accountId)
  await enroll(parts, accountId)
  await planFactorReset(parts, accountId, BY)
  await givenUpMail(parts, ann.email)
  await requestNewAddress(parts, { accountId, email: `new.${ann.email}`, ip: anyAddress() })
  await downloadOften(server, accountId)
  const told = {
    clientId,
    endpoint: 'authorization',
    error: 'invalid_redirect_uri',
    reason: 'Not registered',
  }
  const times = { times: 2, firstAtMs: nowMs - HOUR_MS, lastAtMs: nowMs }
  await keepErrors(parts.db, [{ ...told, got: 'https://notes.example.com/cb', ...times }])
  return ann
}

/** As often as the limit of a day allows. */
async function downloadOften({ parts }: RunningServer, accountId: string): Promise<void> {
  const atMs = parts.clock()
  while (await takeDataExport(parts, accountId, atMs))
    await recordAudit(parts.db, { atMs, action: 'account.data_exported', actor: accountId, accountId })
}

/** Disabled, so that no sign-in page offers it. Answers its id. */
async function upstreamOf({ parts }: RunningServer, { account }: Person): Promise<string> {
  const id = `u${randomToken(64)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')}`
  const definition = {
    id,
    label: 'Other',
    issuer: 'https://id.example.com',
    client_id: 'here',
    enabled: false,
  }
  const upstream = await addUpstream(parts, definition, BY)
  const identity = { subject: account.id, emailVerified: false, shownAs: 'ann@example.com', amr: [] }
  const done = await connect(parts, { accountId: account.id, upstream, identity }, BY)
  if (!done.ok) throw new Error(done.reason)
  return id
}

/** Mails, and a receiver and a webhook that something was given up for. */
async function waitingThings({ parts }: RunningServer): Promise<Record<string, readonly string[]>> {
  const webhook = { url: 'https://crm.example.com/hook', description: 'CRM', eventTypes: ['key.removed'] }
  const { webhook: made } = await createWebhook(parts, webhook)
  await parts.db('outbox_lanes').insert({ topic: RECEIVER }).onConflict('topic').ignore()
  const event = await givenUpMail(parts)
  await parts.db('outbox_messages').where({ id: event }).update({ topic: RECEIVER })
  return { mails: [await givenUpMail(parts)], receivers: [RECEIVER], webhooks: [made.id] }
}
