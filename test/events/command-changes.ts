/** Every command, with the events of one run of it, or the reason why it has none. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInitialAccessToken } from '../../src/protocol/registration/initial-access-tokens.ts'
import type { EventWorld } from './event-world.ts'
import {
  CALLBACK,
  account,
  client,
  disabledAccount,
  disabledClient,
  enrolled,
  exchanger,
  group,
  role,
  member,
  resource,
  signedIn,
  unverified,
  withApp,
  withPicture,
  withPlannedReset,
  withSession,
} from './prepared-subjects.ts'
import type { Changes } from './prepared-subjects.ts'
import { LOGO_COMMANDS } from './logo-commands.ts'
import { REGISTRATION_CHANGES } from './registration-changes.ts'
import { SERVICE_COMMANDS } from './service-commands.ts'
import { UPSTREAM_COMMANDS } from './upstream-changes.ts'

const READS = { none: 'Reads.' }
const PASSWORD = 'seven bridges over one river'

const allow = ({ command }: EventWorld, pair: string) => {
  const [id = '', identifier = ''] = pair.split(' ')
  return command('client', 'allow-exchange', id, '--resource', identifier, '--impersonation')
}

export const COMMAND_CHANGES: Changes = {
  'account create': {
    run: ({ command }) => command('account', 'create', '--email', 'new@example.org', '--password', PASSWORD),
    events: ['account.created'],
  },
  'account show': READS,
  'account list': READS,
  'account factors': READS,
  'account reset-factors': {
    given: enrolled,
    run: ({ command }, id) => command('account', 'reset-factors', id),
    events: ['account.factors_changed'],
  },
  'account keep-factors': {
    given: withPlannedReset,
    run: ({ command }, id) => command('account', 'keep-factors', id),
    events: ['account.factors_changed'],
  },
  'account update': {
    given: account,
    run: ({ command }, id) => command('account', 'update', id, '--name', 'Somebody'),
    events: ['account.changed'],
  },
  'account cancel-email': { none: 'The account is as it was. Only a mail loses its effect.' },
  'account export': READS,
  'account remove-picture': {
    given: withPicture,
    run: ({ command }, id) => command('account', 'remove-picture', id),
    events: ['account.changed'],
  },
  'account reset-password': {
    given: account,
    run: ({ command }, id) => command('account', 'reset-password', id),
    events: ['account.password_changed'],
  },
  'account disable': {
    given: account,
    run: ({ command }, id) => command('account', 'disable', id),
    events: ['account.disabled'],
  },
  'account enable': {
    given: disabledAccount,
    run: ({ command }, id) => command('account', 'enable', id),
    events: ['account.enabled'],
  },
  'account unlock': { none: 'Attempts are counted again. The account itself stays as it was.' },
  'account end-sessions': {
    given: signedIn,
    run: ({ command }, id) => command('account', 'end-sessions', id),
    events: ['account.signed_out_everywhere'],
  },
  'account sessions': READS,
  'account end-session': {
    given: withSession,
    run({ command }, pair) {
      const [id = '', session = ''] = pair.split(' ')
      return command('account', 'end-session', id, '--session', session)
    },
    events: ['session.ended'],
  },
  'account apps': READS,
  'account revoke-app': {
    given: withApp,
    run({ command }, pair) {
      const [id = '', app = ''] = pair.split(' ')
      return command('account', 'revoke-app', id, '--app', app)
    },
    events: ['consent.revoked'],
  },
  'account verify': {
    given: unverified,
    run: ({ command }, id) => command('account', 'verify', id),
    events: ['account.changed'],
  },
  'account send-reset': { none: 'Only a mail is sent.' },
  'account set-roles': {
    given: account,
    run: ({ command }, id) => command('account', 'set-roles', id, '--role', 'admin'),
    events: ['account.roles_changed'],
  },
  'account delete': {
    given: account,
    run: ({ command }, id) => command('account', 'delete', id),
    events: ['account.deleted'],
  },
  'account keep': {
    async given(world) {
      const id = await account(world)
      await world.command('account', 'delete', id, '--later')
      return id
    },
    run: ({ command }, id) => command('account', 'keep', id),
    events: ['account.deletion_cancelled'],
  },
  ...REGISTRATION_CHANGES,
  'group create': {
    run: ({ command }) => command('group', 'create', '--name', 'Night shift'),
    events: ['group.created'],
  },
  'group show': READS,
  'group list': READS,
  'group update': {
    given: group,
    run: ({ command }, id) => command('group', 'update', id, '--name', 'Day shift'),
    events: ['group.changed'],
  },
  'group add': {
    given: async (world) => `${await group(world)} ${await account(world)}`,
    run: ({ command }, pair) =>
      command('group', 'add', pair.split(' ')[0]!, '--account', pair.split(' ')[1]!),
    events: ['account.groups_changed'],
  },
  'group remove': {
    given: member,
    run: ({ command }, pair) =>
      command('group', 'remove', pair.split(' ')[0]!, '--account', pair.split(' ')[1]!),
    events: ['account.groups_changed'],
  },
  'role create': {
    run: ({ command }) => command('role', 'create', '--name', 'auditors', '--scope', 'audit:read'),
    events: ['role.created'],
  },
  'role show': READS,
  'role list': READS,
  'role update': {
    given: role,
    run: ({ command }, name) => command('role', 'update', name, '--scope', 'groups:read'),
    events: ['role.changed'],
  },
  'role delete': {
    given: role,
    run: ({ command }, name) => command('role', 'delete', name),
    events: ['role.deleted'],
  },
  'group delete': {
    given: async (world) => (await member(world)).split(' ')[0]!,
    run: ({ command }, id) => command('group', 'delete', id),
    events: ['group.deleted'],
  },
  'client create': {
    run: ({ command }) => command('client', 'create', '--name', 'App', '--redirect-uri', CALLBACK),
    events: ['client.created'],
  },
  'client show': READS,
  'client list': READS,
  'client errors': READS,
  'client preview': READS,
  'client disable': {
    given: client,
    run: ({ command }, id) => command('client', 'disable', id),
    events: ['client.disabled'],
  },
  'client enable': {
    given: disabledClient,
    run: ({ command }, id) => command('client', 'enable', id),
    events: ['client.enabled'],
  },
  'client delete': {
    given: client,
    run: ({ command }, id) => command('client', 'delete', id),
    events: ['client.deleted'],
  },
  'client update': {
    given: client,
    async run({ command, dataDir }, id) {
      const file = join(dataDir, 'changes.json')
      await writeFile(file, JSON.stringify({ client_name: 'Renamed' }))
      await command('client', 'update', id, '--metadata', file)
    },
    events: ['client.changed'],
  },
  'client set-groups': {
    async given(world) {
      await world.command('group', 'create', '--name', 'Limiting')
      return client(world)
    },
    run: ({ command }, id) => command('client', 'set-groups', id, '--group', 'limiting'),
    events: ['client.changed'],
  },
  'client rotate-secret': {
    given: client,
    run: ({ command }, id) => command('client', 'rotate-secret', id),
    events: ['client.secret_rotated'],
  },
  'client allow-exchange': { given: exchanger, run: allow, events: ['exchange_rule.set'] },
  'client forbid-exchange': {
    async given(world) {
      const pair = await exchanger(world)
      await allow(world, pair)
      return pair
    },
    run({ command }, pair) {
      const [id = '', identifier = ''] = pair.split(' ')
      return command('client', 'forbid-exchange', id, '--resource', identifier)
    },
    events: ['exchange_rule.removed'],
  },
  'registration-token create': {
    run: ({ command }) => command('registration-token', 'create', '--name', 'Partners'),
    events: ['registration_token.issued'],
  },
  'registration-token list': READS,
  'registration-token revoke': {
    async given({ parts }) {
      const expiresAtMs = parts.clock() + 60_000
      const wanted = { name: 'Partners', policy: {}, maxUses: 1, expiresAtMs }
      return (await createInitialAccessToken(parts.db, wanted, parts.clock)).record.id
    },
    run: ({ command }, id) => command('registration-token', 'revoke', id),
    events: ['registration_token.revoked'],
  },
  'resource create': {
    run: ({ command }) =>
      command('resource', 'create', '--identifier', 'https://created.example/', '--scope', 'notes:read'),
    events: ['client.created', 'resource.created'],
  },
  'resource update': {
    given: resource,
    run: ({ command }, identifier) => command('resource', 'update', identifier, '--name', 'Renamed'),
    events: ['resource.changed'],
  },
  'resource list': READS,
  'resource show': READS,
  'resource delete': {
    given: resource,
    run: ({ command }, identifier) => command('resource', 'delete', identifier),
    events: ['client.deleted', 'resource.deleted'],
  },
  'keys list': READS,
  'keys list-sealed': READS,
  'keys rotate': {
    run: ({ command }) => command('keys', 'rotate', '--alg', 'ES256', '--now'),
    events: ['key.activated', 'key.published'],
  },
  'keys reseal': { none: 'Seals what is stored again. Nothing that another system sees changes.' },
  config: READS,
  'brand preview': { none: 'Writes a file that shows how pages and mails look.' },
  migrate: { none: 'Changes the schema and no state.' },
  import: {
    async run({ command, dataDir }) {
      const file = join(dataDir, 'people.ndjson')
      await writeFile(file, JSON.stringify({ email: 'imported@example.org' }))
      await command('import', file)
    },
    events: ['account.created'],
  },
  export: READS,
  backup: READS,
  restore: { none: 'Replaces the whole database while no process serves it.' },
  seed: { none: 'Development data, made by the functions of the commands above.' },
  ...UPSTREAM_COMMANDS,
  ...SERVICE_COMMANDS,
  ...LOGO_COMMANDS,
}
