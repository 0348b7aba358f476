/** Pairs of subjects that are alike: one for a command on the database, one for the same command on the server. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer } from '../../../src/command-line/command.ts'
import { takeCodeAttempt } from '../../../src/attempts/code-attempts.ts'
import { rememberConsent } from '../../../src/consents/consents.ts'
import type { Parts } from '../../../src/process/start/parts.ts'
import { recordSession } from '../../../src/sessions/account-sessions.ts'

export const PASSWORD = 'violet kettle 41'
const HOUR_MS = 3_600_000

/** On the database, or at the server. The names are part of every subject, and occur nowhere else. */
export type Way = 'qxd' | 'qxa'

export type World = {
  readonly parts: Parts
  folder: string
  onDatabase: (args: string[]) => Promise<Answer>
}

export type Subjects = ReturnType<typeof alikeSubjects>

export function alikeSubjects(world: World) {
  /** Two people who differ in the first letters of their names alone. */
  async function person(way: Way, name: string, ...more: string[]): Promise<string> {
    const email = `${way}-${name}@example.com`
    const { data } = await world.onDatabase([
      'account',
      'create',
      '--email',
      email,
      '--password',
      PASSWORD,
      ...more,
    ])
    return String(data['id'])
  }
  const group = (way: Way, name: string) => world.onDatabase(['group', 'create', '--name', `${way}-${name}`])
  async function client(way: Way): Promise<string> {
    const wanted = ['--name', `${way} app`, '--redirect-uri', `https://${way}.example.com/callback`]
    return String((await world.onDatabase(['client', 'create', ...wanted])).data['client_id'])
  }
  async function resource(way: Way, name: string): Promise<string> {
    const identifier = `https://${way}-${name}.example.com/`
    await world.onDatabase(['resource', 'create', '--identifier', identifier, '--scope', 'notes:read'])
    return identifier
  }
  const upstream = async (way: Way, name: string) => {
    await world.onDatabase(['upstream', 'add', `${way}-${name}`, '--template', 'google', '--client-id', 'x'])
    return `${way}-${name}`
  }
  async function waiting(way: Way, name: string): Promise<string> {
    const id = await person(way, name)
    await world.parts.db('accounts').where({ id }).update({ emailVerifiedAtMs: 1, disabledAtMs: 1 })
    await world.parts.db('registration_approvals').insert({ accountId: id, requestedAtMs: 1 })
    return id
  }
  async function session(way: Way, name: string): Promise<[string, string]> {
    const { db, clock } = world.parts
    const accountId = await person(way, name, '--verified')
    const one = {
      uid: `${way}-session`,
      accountId,
      ip: '192.0.2.7',
      amr: ['pwd'],
      userAgent: 'Firefox/140.0',
    }
    await recordSession(db, { ...one, expiresAtMs: clock() + HOUR_MS }, 10, clock())
    return [accountId, one.uid]
  }
  async function allowed(way: Way, name: string): Promise<[string, string]> {
    const [id, app] = [await person(way, name), await client(way)]
    await rememberConsent(world.parts.db, id, app, { scopes: ['openid'] }, world.parts.clock())
    return [id, app]
  }
  /** Somebody who typed a wrong code. */
  async function limited(way: Way, name: string): Promise<string> {
    const id = await person(way, name)
    await takeCodeAttempt(world.parts, id, world.parts.clock())
    return id
  }
  function file(way: Way, content: object): string {
    const path = join(world.folder, `${way}.json`)
    writeFileSync(path, JSON.stringify(content))
    return path
  }

  return { world, person, group, client, resource, upstream, waiting, session, allowed, limited, file }
}
