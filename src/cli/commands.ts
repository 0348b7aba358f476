/**
 * Every noun of the command line, in the order of the help. This folder reads arguments and prints answers; the
 * subjects below do the work. To remove a feature's noun, delete its lines.
 */
import type { Noun } from '../command-line/command.ts'
import type { Parts } from '../process/start/parts.ts'
import { registrationToken, replaceToken } from '../protocol/registration/registration-token-commands.ts'
import { appAccessCommands } from './groups/app-access-commands.ts'
import { exchangeCommands } from '../protocol/token-exchange/exchange-commands.ts'
import { webhook } from '../event-sinks/webhooks/webhook-commands.ts'
import { account } from './accounts/account-commands.ts'
import { appCommands } from './clients/app-commands.ts'
import { audit } from './audit/audit-commands.ts'
import { brand } from './brand/brand-commands.ts'
import { backup, restore } from './moving/backup-commands.ts'
import { clientNoun } from './clients/client-commands.ts'
import { config } from './config-commands.ts'
import { exporting } from './moving/export-commands.ts'
import { group } from './groups/group-commands.ts'
import { importing } from './moving/import-commands.ts'
import { keys } from './keys/keys-commands.ts'
import { limit } from './limits/limit-commands.ts'
import { login, logout } from './login/login-commands.ts'
import { mail } from './mail/mail-commands.ts'
import { migrate } from './migrate-commands.ts'
import { outbox } from './outbox/outbox-commands.ts'
import { receiver } from './receivers/receiver-commands.ts'
import { invite, registration } from './registrations/registration-commands.ts'
import { resource } from './resources/resource-commands.ts'
import { statistics } from './statistics/statistics-commands.ts'
import { upgrade } from './upgrade/upgrade-commands.ts'
import { upstream } from './upstreams/upstream-commands.ts'
import { role } from './roles/role-commands.ts'
import { seedNoun } from './seed-commands.ts'

export const NOUNS: readonly Noun<Parts>[] = [
  account,
  invite,
  registration,
  group,
  role,
  clientNoun([appCommands, exchangeCommands, appAccessCommands]),
  registrationToken,
  resource,
  upstream,
  keys,
  config,
  brand,
  migrate,
  upgrade,
  importing,
  exporting,
  backup,
  restore,
  seedNoun(replaceToken),
  mail,
  audit,
  limit,
  outbox,
  receiver,
  webhook,
  statistics,
  login,
  logout,
]
