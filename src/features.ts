/**
 * Every feature, in the order in which they are mounted. To remove one, delete its folder and its line. The commands of a
 * feature have a line in `cli/commands.ts`.
 */
import type { BuildFeature } from './feature.ts'
import { admin } from './admin/admin.feature.ts'
import { adminApps } from './admin/apps/apps.feature.ts'
import { accountApi } from './api/account/account-api.feature.ts'
import { eventSchemas } from './api/events/events.feature.ts'
import { accountsApi } from './api/accounts/accounts.feature.ts'
import { auditApi } from './api/audit/audit.feature.ts'
import { clientsApi } from './api/clients/clients.feature.ts'
import { groupsApi } from './api/groups/groups.feature.ts'
import { rolesApi } from './api/roles/roles.feature.ts'
import { upstreamsApi } from './api/upstreams/upstreams.feature.ts'
import { keysApi } from './api/keys/keys-api.feature.ts'
import { limitsApi } from './api/limits/limits.feature.ts'
import { mailsApi } from './api/mails/mails-api.feature.ts'
import { receiversApi } from './api/receivers/receivers-api.feature.ts'
import { statisticsApi } from './api/statistics/statistics-api.feature.ts'
import { settingsApi } from './api/settings/settings-api.feature.ts'
import { invitationsApi } from './api/invitations/invitations.feature.ts'
import { registrationApi } from './api/registration/registration-api.feature.ts'
import { resourcesApi } from './api/resources/resources.feature.ts'
import { kafka } from './event-sinks/kafka/kafka.feature.ts'
import { rabbitmq } from './event-sinks/rabbitmq/rabbitmq.feature.ts'
import { redisStreams } from './event-sinks/redis-streams/redis-streams.feature.ts'
import { webhooks } from './event-sinks/webhooks/webhooks.feature.ts'
import { account } from './pages/account/account.feature.ts'
import { check } from './pages/check/check.feature.ts'
import { consent } from './pages/consent/consent.feature.ts'
import { language } from './pages/language/language.feature.ts'
import { life } from './pages/life/life.feature.ts'
import { mailbox } from './pages/mailbox/mailbox.feature.ts'
import { docs } from './pages/docs/docs.feature.ts'
import { noAccess } from './pages/no-access/no-access.feature.ts'
import { picture } from './pages/picture/picture.feature.ts'
import { reset } from './pages/reset/reset.feature.ts'
import { security } from './pages/security/security.feature.ts'
import { signIn } from './pages/sign-in/sign-in.feature.ts'
import { signUp } from './pages/sign-up/sign-up.feature.ts'
import { terms } from './pages/terms/terms.feature.ts'
import { upstream } from './pages/upstream/upstream.feature.ts'
import { challenge } from './protocol/challenge/challenge.feature.ts'
import { ciba } from './protocol/ciba/ciba.feature.ts'
import { device } from './protocol/device/device.feature.ts'
import { logout } from './protocol/logout/logout.feature.ts'
import { registration } from './protocol/registration/registration.feature.ts'
import { statusList } from './protocol/status-list/status-list.feature.ts'
import { tokenExchange } from './protocol/token-exchange/token-exchange.feature.ts'

export const FEATURES: readonly BuildFeature[] = [
  account,
  life,
  picture,
  security,
  signIn,
  check,
  upstream,
  noAccess,
  terms,
  consent,
  language,
  signUp,
  reset,
  logout,
  tokenExchange,
  device,
  registration,
  ciba,
  statusList,
  challenge,
  mailbox,
  docs,
  adminApps,
  admin,
  accountApi,
  accountsApi,
  groupsApi,
  rolesApi,
  upstreamsApi,
  eventSchemas,
  registrationApi,
  invitationsApi,
  auditApi,
  keysApi,
  limitsApi,
  mailsApi,
  receiversApi,
  settingsApi,
  statisticsApi,
  webhooks,
  redisStreams,
  rabbitmq,
  kafka,
  clientsApi,
  resourcesApi,
]
