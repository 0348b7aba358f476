/** For each command that runs on a server: arguments on subjects that are alike. */
import { requestNewAddress } from '../../../src/accounts/journeys/new-address.ts'
import { enroll } from '../../factors/enrolled.ts'
import { giveLogo, givePicture } from '../../pictures/samples.ts'
import { PASSWORD } from './alike-subjects.ts'
import type { Subjects, Way } from './alike-subjects.ts'
import { serviceRows } from './service-rows.ts'

export type Rows = Record<string, (way: Way) => string[] | Promise<string[]>>

/** Each changes or reads something of its own. One that takes no way has the same arguments for both. */
export function commandRows(subjects: Subjects): Rows {
  return {
    ...accountRows(subjects),
    ...groupRows(subjects),
    ...appRows(subjects),
    ...serviceRows(subjects),
  }
}

function accountRows({ world, person, group, session, allowed }: Subjects): Rows {
  const on =
    (verb: string, ...more: string[]) =>
    async (way: Way) => ['account', verb, await person(way, verb), ...more]
  return {
    'account create': (way) => [
      'account',
      'create',
      '--email',
      `${way}-new@example.com`,
      '--password',
      PASSWORD,
      '--verified',
      '--name',
      'Ann Lee',
      '--given-name',
      'Ann',
      '--username',
      `${way}-new`,
      '--locale',
      'en',
      '--role',
      'support',
    ],
    'account show': async (way) => {
      const [id] = await session(way, 'shown')
      await enroll(world.parts, id)
      await group(way, 'shown')
      await world.onDatabase(['group', 'add', `${way}-shown`, '--account', id])
      await requestNewAddress(world.parts, {
        accountId: id,
        email: `${way}-next@example.com`,
        ip: '192.0.2.1',
      })
      return ['account', 'show', `${way}-shown@example.com`]
    },
    'account list': () => ['account', 'list', '--state', 'active', '--limit', '2'],
    'account update': on('update', '--given-name', 'Ann', '--zoneinfo', 'Europe/Berlin'),
    'account disable': on('disable'),
    'account enable': on('enable'),
    'account unlock': on('unlock'),
    'account verify': on('verify'),
    'account end-sessions': on('end-sessions'),
    'account sessions': async () => ['account', 'sessions', (await session('qxd', 'listed'))[0]],
    'account end-session': async (way) => {
      const [id, uid] = await session(way, 'ended')
      return ['account', 'end-session', id, '--session', uid]
    },
    'account apps': async (way) => ['account', 'apps', (await allowed(way, 'apps'))[0]],
    'account revoke-app': async (way) => {
      const [id, app] = await allowed(way, 'revoked')
      return ['account', 'revoke-app', id, '--app', app]
    },
    'account send-reset': on('send-reset'),
    'account remove-picture': async (way) => {
      const id = await person(way, 'picture')
      await givePicture(world, id)
      return ['account', 'remove-picture', id]
    },
    'account set-roles': on('set-roles', '--role', 'support'),
    'account delete': on('delete'),
    'account keep': async (way) => {
      const id = await person(way, 'kept')
      await world.onDatabase(['account', 'delete', id, '--later'])
      return ['account', 'keep', id]
    },
    'account cancel-email': async (way) => {
      const id = await person(way, 'changing')
      await requestNewAddress(world.parts, {
        accountId: id,
        email: `${way}-later@example.com`,
        ip: '192.0.2.1',
      })
      return ['account', 'cancel-email', id]
    },
    'account factors': async (way) => {
      const id = await person(way, 'factors', '--verified')
      await enroll(world.parts, id)
      return ['account', 'factors', id]
    },
    'account reset-factors': async (way) => {
      const id = await person(way, 'lost', '--verified')
      await enroll(world.parts, id)
      return ['account', 'reset-factors', id]
    },
    'account keep-factors': async (way) => {
      const id = await person(way, 'found', '--verified')
      await enroll(world.parts, id)
      await world.onDatabase(['account', 'reset-factors', id])
      return ['account', 'keep-factors', id]
    },
  }
}

function groupRows({ world, person, group, waiting }: Subjects): Rows {
  return {
    'invite create': (way) => ['invite', 'create', '--email', `${way}-guest@example.com`, '--days', '3'],
    'invite list': () => ['invite', 'list'],
    'invite revoke': async (way) => {
      const { data } = await world.onDatabase(['invite', 'create', '--email', `${way}-gone@example.com`])
      return ['invite', 'revoke', String(data['id'])]
    },
    'registration list': async () => {
      await waiting('qxd', 'patient')
      return ['registration', 'list']
    },
    'registration approve': async (way) => ['registration', 'approve', await waiting(way, 'welcome')],
    'registration refuse': async (way) => ['registration', 'refuse', await waiting(way, 'refused')],
    'group create': (way) => ['group', 'create', '--name', `${way}-made`, '--description', 'At night'],
    'group show': async (way) => {
      await group(way, 'Members')
      await world.onDatabase(['group', 'add', `${way}-members`, '--account', await person(way, 'member')])
      return ['group', 'show', `${way}-MEMBERS`]
    },
    'group list': () => ['group', 'list', '--limit', '1'],
    'group update': async (way) => {
      await group(way, 'before')
      return ['group', 'update', `${way}-before`, '--name', `${way}-after`]
    },
    'group add': async (way) => {
      await group(way, 'joined')
      const [one, other] = [await person(way, 'one'), await person(way, 'other')]
      await world.onDatabase(['group', 'add', `${way}-joined`, '--account', one])
      return ['group', 'add', `${way}-joined`, '--account', one, '--account', other]
    },
    'group remove': async (way) => {
      await group(way, 'left')
      const [one, other] = [await person(way, 'leaver'), await person(way, 'never')]
      await world.onDatabase(['group', 'add', `${way}-left`, '--account', one])
      return ['group', 'remove', `${way}-left`, '--account', one, '--account', other]
    },
    'group delete': async (way) => {
      await group(way, 'deleted')
      return ['group', 'delete', `${way}-deleted`]
    },
  }
}

function appRows({ world, group, client, resource, upstream, limited, file }: Subjects): Rows {
  return {
    'client create': (way) => [
      'client',
      'create',
      '--name',
      `${way} new app`,
      '--redirect-uri',
      `https://${way}.example.com/new`,
      '--scope',
      'openid email',
    ],
    'client show': async (way) => {
      const id = await client(way)
      await group(way, 'users')
      await world.onDatabase(['client', 'set-groups', id, '--group', `${way}-users`])
      const rule = ['--resource', await resource(way, 'exchanged'), '--impersonation']
      await world.onDatabase(['client', 'allow-exchange', id, ...rule])
      return ['client', 'show', id]
    },
    'client list': () => ['client', 'list', '--limit', '3', '--offset', '1'],
    'client disable': async (way) => ['client', 'disable', await client(way)],
    'client enable': async (way) => ['client', 'enable', await client(way)],
    'client delete': async (way) => ['client', 'delete', await client(way)],
    'client update': async (way) => {
      const metadata = file(way, { client_name: 'Renamed' })
      return ['client', 'update', await client(way), '--metadata', metadata]
    },
    'client logo': async (way) => [
      'client',
      'logo',
      await client(way),
      '--file',
      'public/apple-touch-icon.png',
    ],
    'client remove-logo': async (way) => {
      const id = await client(way)
      await giveLogo(world, id)
      return ['client', 'remove-logo', id]
    },
    'client rotate-secret': async (way) => [
      'client',
      'rotate-secret',
      await client(way),
      '--overlap-hours',
      '2',
    ],
    'client set-groups': async (way) => {
      await group(way, 'limiting')
      return ['client', 'set-groups', await client(way), '--group', `${way}-limiting`]
    },
    'resource create': (way) => [
      'resource',
      'create',
      '--identifier',
      `https://${way}-made.example.com/`,
      '--scope',
      'notes:read',
      '--format',
      'jwt',
      '--access-token-seconds',
      '60',
    ],
    'resource show': async (way) => {
      const identifier = await resource(way, 'shown')
      const type = file(way, { type: `${way}-payment`, title: 'Pay', fields: { to: { label: 'To' } } })
      await world.onDatabase(['resource', 'update', identifier, '--authorization-details-type', type])
      return ['resource', 'show', identifier]
    },
    'resource list': () => ['resource', 'list'],
    'resource update': async (way) => [
      'resource',
      'update',
      await resource(way, 'changed'),
      '--name',
      'Notes',
      '--scope-text',
      'notes:read=Read your notes',
    ],
    'resource delete': async (way) => ['resource', 'delete', await resource(way, 'gone')],
    'upstream add': (way) => ['upstream', 'add', `${way}-added`, '--template', 'google', '--client-id', 'x'],
    'upstream show': async (way) => ['upstream', 'show', await upstream(way, 'shown')],
    'upstream list': () => ['upstream', 'list'],
    'upstream update': async (way) => ['upstream', 'update', await upstream(way, 'changed'), '--disable'],
    'upstream remove': async (way) => ['upstream', 'remove', await upstream(way, 'gone')],
    'audit list': () => ['audit', 'list', '--limit', '205', '--until', '2999-01-01'],
    'audit show': () => ['audit', 'show', '1'],
    'limit list': async (way) => ['limit', 'list', '--account', await limited(way, 'limited')],
    'limit clear': async (way) => {
      const id = await limited(way, 'cleared')
      return ['limit', 'clear', `second_factor_codes:${id}`]
    },
    'limit rules': () => ['limit', 'rules'],
  }
}
