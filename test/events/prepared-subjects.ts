/** What the tables of changes have: a change with its events, and the accounts, clients and groups that it needs. */
import { requestDeletion } from '../../src/accounts/life/deletion.ts'
import { rememberConsent } from '../../src/consents/consents.ts'
import type { EventType } from '../../src/events/event-types.ts'
import { planFactorReset } from '../../src/factors/factor-resets.ts'
import { createGroup } from '../../src/groups/groups.ts'
import { createRole } from '../../src/accounts/roles/roles.ts'
import { addMember } from '../../src/groups/members.ts'
import { listSessions } from '../../src/sessions/account-sessions.ts'
import { enroll } from '../factors/enrolled.ts'
import { giveLogo, givePicture } from '../pictures/samples.ts'
import type { EventWorld } from './event-world.ts'

export type Prepare = (world: EventWorld) => Promise<string>

export type Change = {
  /** What has to be there. Its events are not looked at. Answers what `run` needs. */
  given?: Prepare
  run: (world: EventWorld, given: string) => Promise<unknown>
  events: readonly EventType[]
}
export type Changes = Readonly<Record<string, Change | { none: string }>>

export const CALLBACK = 'https://app.example.com/cb'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** Each makes one, and answers its id. */
export const account: Prepare = async (world) => (await world.createAccount()).account.id
export const signedIn: Prepare = async (world) => {
  const person = await world.createAccount()
  await world.visitor().signIn(person)
  return person.account.id
}
/** The account and the session. */
export const withSession: Prepare = async (world) => {
  const id = await signedIn(world)
  const [session] = await listSessions(world.parts.db, id, world.parts.clock())
  return `${id} ${session?.uid}`
}
/** The account and the app. */
export const withApp: Prepare = async (world) => {
  const [id, app] = [await account(world), await client(world)]
  await rememberConsent(world.parts.db, id, app, { scopes: ['openid'] }, world.parts.clock())
  return `${id} ${app}`
}
export const unverified: Prepare = async (world) => {
  const id = await account(world)
  await world.parts.db('accounts').where({ id }).update({ emailVerifiedAtMs: null })
  return id
}
export const withDeletion: Prepare = async (world) => {
  const id = await account(world)
  await requestDeletion(world.parts, id, { actor: 'cli' })
  return id
}
/** The client. */
export const withLogo: Prepare = async (world) => {
  const id = await client(world)
  await giveLogo(world, id)
  return id
}
export const withPicture: Prepare = async (world) => {
  const id = await account(world)
  await givePicture(world, id)
  return id
}
export const withPlannedReset: Prepare = async (world) => {
  const id = await enrolled(world)
  await planFactorReset(world.parts, id, { actor: 'cli' })
  return id
}
export const enrolled: Prepare = async (world) => {
  const id = await account(world)
  await enroll(world.parts, id)
  return id
}
export const disabledAccount: Prepare = async (world) => {
  const id = await account(world)
  await world.command('account', 'disable', id)
  return id
}
export const client: Prepare = async ({ createClient }) =>
  (await createClient({ redirect_uris: [CALLBACK] })).client_id
export const disabledClient: Prepare = async (world) => {
  const id = await client(world)
  await world.command('client', 'disable', id)
  return id
}

let groups = 0
export const group: Prepare = async ({ parts }) =>
  (await createGroup(parts, { name: `group-${(groups += 1)}` }, { actor: 'cli' })).id
let roles = 0
export const role: Prepare = async ({ parts }) =>
  (await createRole(parts, { name: `role-${(roles += 1)}` }, { actor: 'cli' })).name
/** Answers a group and an account in it, with a blank between them. */
export const member: Prepare = async (world) => {
  const added = { groupId: await group(world), accountId: await account(world) }
  await addMember(world.parts, added, { actor: 'cli' })
  return `${added.groupId} ${added.accountId}`
}

let resources = 0
export const resource: Prepare = async ({ createResource }) => {
  const identifier = `https://api-${(resources += 1)}.example/`
  return (await createResource({ identifier, scope: 'notes:read' })).resource.identifier
}
/** Answers the client and the resource server, with a blank between them. */
export const exchanger: Prepare = async (world) => {
  const { client_id } = await world.createClient({
    redirect_uris: [CALLBACK],
    grant_types: ['authorization_code', EXCHANGE],
  })
  return `${client_id} ${await resource(world)}`
}
