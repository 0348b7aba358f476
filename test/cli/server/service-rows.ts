/** The rows of commands about the service itself: roles, keys, settings, mails, receivers and webhooks. */
import { join } from 'node:path'
import { keepErrors } from '../../../src/clients/errors/client-errors.ts'
import { givenUpMail } from '../../api/given-up-mail.ts'
import { enroll } from '../../factors/enrolled.ts'
import type { Subjects, Way } from './alike-subjects.ts'
import type { Rows } from './command-rows.ts'

export function serviceRows(subjects: Subjects): Rows {
  return { ...roleRows(subjects), ...ownRows(subjects), ...mailRows(subjects), ...eventRows(subjects) }
}

function roleRows({ world }: Subjects): Rows {
  const role = async (way: Way, name: string) => {
    await world.onDatabase(['role', 'create', '--name', `${way}-${name}`, '--scope', 'groups:read'])
    return `${way}-${name}`
  }
  return {
    'role create': (way) => [
      'role',
      'create',
      '--name',
      `${way}-made`,
      '--description',
      'At night',
      '--scope',
      'audit:read',
    ],
    'role show': async (way) => ['role', 'show', await role(way, 'shown')],
    'role list': () => ['role', 'list'],
    'role update': async (way) => [
      'role',
      'update',
      await role(way, 'changed'),
      '--scope',
      'mails:read',
      '--description',
      'By day',
    ],
    'role delete': async (way) => ['role', 'delete', await role(way, 'gone')],
  }
}

function ownRows({ world, person, client }: Subjects): Rows {
  return {
    'client errors': async (way) => {
      const clientId = await client(way)
      const times = { times: 2, firstAtMs: world.parts.clock() - 60_000, lastAtMs: world.parts.clock() }
      const told = { error: 'invalid_grant', endpoint: 'token', reason: 'the code is used', got: 'abc' }
      await keepErrors(world.parts.db, [{ clientId, ...told, registered: ['one', 'two'], ...times }])
      return ['client', 'errors', clientId]
    },
    'client preview': async (way) => {
      const account = await person(way, 'seen', '--verified', '--name', 'Ann Lee')
      return ['client', 'preview', await client(way), '--account', account, '--scope', 'openid email ledger']
    },
    'keys list': () => ['keys', 'list'],
    'keys rotate': () => ['keys', 'rotate', '--now', '--alg', 'PS256'],
    config: () => ['config'],
    statistics: async () => {
      // Nothing is counted between the two.
      await world.parts.statistics.stop()
      return ['statistics', '--period', 'month']
    },
    'audit export': async (way) => {
      const id = await person(way, 'exported')
      return ['audit', 'export', join(world.folder, `${way}.ndjson`), '--account', id]
    },
  }
}

function mailRows({ world }: Subjects): Rows {
  const mail = (way: Way) => givenUpMail(world.parts, `${way}-mail@example.org`)
  return {
    'mail list': async () => {
      for (let made = 0; made < 3; made += 1) await mail('qxd')
      return ['mail', 'list', '--state', 'given_up', '--limit', '2']
    },
    'mail show': async (way) => ['mail', 'show', await mail(way)],
    'mail replay': async (way) => ['mail', 'replay', await mail(way)],
    'mail delete': async (way) => ['mail', 'delete', await mail(way)],
  }
}

function eventRows({ world }: Subjects): Rows {
  const lane = async (way: Way, name: string) => {
    const topic = `events.${way}-${name}`
    const { db, clock } = world.parts
    const failed = { topic, recordKey: 'a', payload: 'x', attempts: 3, lastError: 'no answer' }
    await db('outbox_messages').insert({ ...failed, id: topic, createdAtMs: 1, deadAtMs: clock() })
    const pausedUntilMs = clock() + 3_600_000
    await db('outbox_lanes').insert({ topic, failures: 4, pausedUntilMs, lastError: 'no answer' })
    return topic
  }
  const webhook = async (way: Way, name: string) => {
    const url = `https://${way}-${name}.example.com/events`
    const made = await world.onDatabase(['webhook', 'create', '--url', url, '--event', 'key.removed'])
    return String(made.data['id'])
  }
  return {
    'receiver list': async () => {
      await lane('qxd', 'listed')
      return ['receiver', 'list']
    },
    'receiver show': async (way) => ['receiver', 'show', await lane(way, 'shown')],
    'receiver resume': async (way) => ['receiver', 'resume', await lane(way, 'resumed')],
    'receiver replay': async (way) => ['receiver', 'replay', await lane(way, 'replayed')],
    'webhook create': (way) => [
      'webhook',
      'create',
      '--url',
      `https://${way}.example.com/events`,
      '--event',
      'key.removed',
      '--description',
      'Security team',
    ],
    'webhook list': async () => {
      await webhook('qxd', 'listed')
      return ['webhook', 'list']
    },
    'webhook show': async (way) => ['webhook', 'show', await webhook(way, 'shown')],
    'webhook update': async (way) => ['webhook', 'update', await webhook(way, 'changed'), '--disable'],
    'webhook rotate-secret': async (way) => ['webhook', 'rotate-secret', await webhook(way, 'rotated')],
    'webhook replay': async (way) => [
      'webhook',
      'replay',
      await webhook(way, 'replayed'),
      '--since',
      '2026-01-01T00:00:00Z',
    ],
    'webhook delete': async (way) => ['webhook', 'delete', await webhook(way, 'gone')],
  }
}

/** Options that choose another operation than the row of their command. */
export function variantRows({ world, person }: Subjects): Rows {
  return {
    'account delete --later': async (way) => ['account', 'delete', await person(way, 'leaving'), '--later'],
    'account update --email': async (way) => {
      const id = await person(way, 'moving', '--verified')
      return [
        'account',
        'update',
        id,
        '--email',
        `${way}-moved@example.com`,
        '--verified',
        '--family-name',
        'Lee',
      ]
    },
    'account reset-factors --now': async (way) => {
      const id = await person(way, 'robbed', '--verified')
      await enroll(world.parts, id)
      return ['account', 'reset-factors', id, '--now']
    },
    'mail list --to': async () => {
      await givenUpMail(world.parts, 'qxd-asked@example.org')
      await givenUpMail(world.parts, 'somebody-else@example.org')
      return ['mail', 'list', '--to', 'QXD-asked@example.org']
    },
    'mail replay --all': async (way) => {
      await world.parts.db('outbox_messages').where({ topic: 'mail' }).delete()
      for (let made = 0; made < 2; made += 1) await givenUpMail(world.parts, `${way}-again@example.org`)
      return ['mail', 'replay', '--all']
    },
  }
}
