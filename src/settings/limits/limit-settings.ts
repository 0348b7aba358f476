/** The settings of limits: part of the list in settings.ts. */
import type { z } from 'zod'
import { DAY_MS } from '../../platform/clock.ts'
import { integer } from '../kinds/setting-kinds.ts'

const GROUP = 'Limits'

export const limitSettings = {
  ipv6_site_factor: integer(1, 65_536).default(4).meta({
    group: GROUP,
    description: 'Limits per network count each IPv6 /64, and its /48 with this many times the limit.',
  }),
  forms_per_minute: integer(0, 1_000_000).default(300).meta({
    group: GROUP,
    description:
      'Forms that one network may send to each process before they are refused unread; 0 counts none. Known browsers count alone.',
  }),
  audit_keep_days: integer(1, 36_500).default(400).meta({
    group: GROUP,
    description: 'Entries of the audit trail are deleted after this long.',
  }),
  audit_sign_in_keep_days: integer(1, 36_500).optional().meta({
    group: GROUP,
    description:
      'Of the audit trail: sign-ins, second factors and ends of sessions. Default: AUDIT_KEEP_DAYS.',
  }),
  audit_account_keep_days: integer(1, 36_500).optional().meta({
    group: GROUP,
    description: 'Of the audit trail: changes of accounts and their factors. Default: AUDIT_KEEP_DAYS.',
  }),
  audit_app_keep_days: integer(1, 36_500).optional().meta({
    group: GROUP,
    description:
      'Of the audit trail: consents, grants, answers for devices and CIBA. Default: AUDIT_KEEP_DAYS.',
  }),
  audit_administration_keep_days: integer(1, 36_500).optional().meta({
    group: GROUP,
    description:
      'Of the audit trail: clients, resources, keys, groups, roles and other providers. Default: AUDIT_KEEP_DAYS.',
  }),
  audit_view_keep_days: integer(1, 36_500).optional().meta({
    group: GROUP,
    description: 'Of the audit trail: what administrators looked at. Default: AUDIT_KEEP_DAYS.',
  }),
  attempt_keep_days: integer(1, 36_500).default(90).meta({
    group: GROUP,
    description: 'Of the audit trail, what strangers cause: failed sign-ins, mails asked for.',
  }),
  log_max_file_mb: integer(1, 100_000).default(100).meta({
    group: GROUP,
    description: 'A log file of this size, in MiB, is followed by another.',
  }),
  log_keep_days: integer(1, 3650).default(30).meta({
    group: GROUP,
    description: 'Log files of days further back are deleted.',
  }),
  log_max_total_mb: integer(2, 1_000_000).default(1000).meta({
    group: GROUP,
    description: 'All log files together, in MiB; the oldest are deleted first.',
  }),
  flows_per_network: integer(10, 1_000_000).default(2000).meta({
    group: GROUP,
    description:
      'Sign-in pages, pushed requests and device codes, 2 KiB each, that one address may begin in 5 minutes; then 429.',
  }),
  flows_per_client: integer(10, 10_000_000).default(20_000).meta({
    group: GROUP,
    description: 'Pushed requests, device codes and CIBA requests that one client may begin in 5 minutes.',
  }),
  api_requests_per_client: integer(1, 10_000_000).default(600).meta({
    group: GROUP,
    description:
      'Registrations, codes and mails that one client may ask for over the API in a minute, and as many look-ups of accounts.',
  }),
  client_documents_per_host: integer(1, 100_000).default(60).meta({
    group: GROUP,
    description: 'Documents of clients that each process fetches from one host in 5 minutes; then 429.',
  }),
} satisfies Record<string, z.ZodType>

type LimitSettings = { [Name in keyof typeof limitSettings]: z.output<(typeof limitSettings)[Name]> }

/** The values for every limit per network. */
export function limitConfig(settings: LimitSettings) {
  return {
    ipv6SiteFactor: settings.ipv6_site_factor,
    formsPerMinute: settings.forms_per_minute,
    apiRequestsPerClient: settings.api_requests_per_client,
  }
}

/** How long the audit trail is kept, by the kind of its entries. */
export function retention(settings: LimitSettings) {
  const otherwise = settings.audit_keep_days
  const inMs = (days = otherwise) => days * DAY_MS
  return {
    auditKeepMs: inMs(),
    auditSignInKeepMs: inMs(settings.audit_sign_in_keep_days),
    auditAccountKeepMs: inMs(settings.audit_account_keep_days),
    auditAppKeepMs: inMs(settings.audit_app_keep_days),
    auditAdministrationKeepMs: inMs(settings.audit_administration_keep_days),
    auditViewKeepMs: inMs(settings.audit_view_keep_days),
    attemptKeepMs: inMs(settings.attempt_keep_days),
  }
}

const MIB = 1024 * 1024

export function logLimits(settings: LimitSettings) {
  return {
    maxFileBytes: settings.log_max_file_mb * MIB,
    keepDays: settings.log_keep_days,
    maxTotalBytes: settings.log_max_total_mb * MIB,
  }
}

/** Settings that contradict one another. */
export function limitProblems(settings: Partial<LimitSettings>): string[] {
  const { log_max_file_mb: file, log_max_total_mb: total } = settings
  if (file === undefined || total === undefined || total >= 2 * file) return []
  return [
    `ACCOUNT_SERVER_LOG_MAX_TOTAL_MB: got "${total}", takes at least twice ACCOUNT_SERVER_LOG_MAX_FILE_MB`,
  ]
}

export function documentLimits(settings: LimitSettings) {
  return { clientDocumentsPerHost: settings.client_documents_per_host }
}

/** Limits for what anonymous visitors store in the grant store. */
export function flowConfig(settings: LimitSettings) {
  return { flowsPerNetwork: settings.flows_per_network, flowsPerClient: settings.flows_per_client }
}
