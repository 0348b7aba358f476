/**
 * Every limit that is counted in SQL, for people who operate the server: what is counted, and what happens when it is reached.
 * `attempts` owns the counts and the numbers. To add a limit here, add a row. Texts for people are in the catalogue, by the
 * name of the row.
 */
import {
  dataExportTake,
  mailTake,
  mailTakesOfNetwork,
  networkRequestTakes,
  newClientTakes,
  NEW_DOCUMENTS_PER_HOUR,
  pictureTake,
  userCodeTakes,
} from '../attempts/account-limits.ts'
import type { NetworkRequest } from '../attempts/account-limits.ts'
import type { Take } from '../attempts/bucket.ts'
import { codeTake } from '../attempts/code-attempts.ts'
import { shares, slotTakes } from '../attempts/lockout.ts'
import { accountFailureTake, networkFailureTakes } from '../attempts/wide-failures.ts'
import type { Config } from '../settings/config.ts'
import type { SettingName } from '../settings/settings.ts'

/** Who is counted. */
export const LIMIT_SUBJECTS = ['network', 'account', 'account_and_network'] as const
export type LimitSubject = (typeof LIMIT_SUBJECTS)[number]

/**
 * What a reached limit does. `refused`: 429 until it ends. `challenge`: a solved puzzle, or a code by mail, lets each attempt pass.
 * `mail_code`: unknown browsers need a code by mail. `no_mail`: the answer is the same, but no mail is sent.
 */
export const LIMIT_EFFECTS = ['refused', 'challenge', 'mail_code', 'no_mail'] as const
export type LimitEffect = (typeof LIMIT_EFFECTS)[number]

/** `ip` and the account are only read by limits that count them. */
export type Counted = { ip: string; accountId: string; emailCanonical: string }

export type LimitRule = {
  per: LimitSubject
  effect: LimitEffect
  settings: readonly SettingName[]
  /** In the order of `networksOf`, where networks are counted. Empty for a network that is not limited. */
  takes: (config: Config, counted: Counted, nowMs: number) => Take[]
  /** From this part of the limit on, attempts need a challenge. */
  challengeShare?: (config: Config) => number
  /** Further counts that a clearing forgets, in the order of the takes. */
  parts?: (config: Config, counted: Counted) => string[]
}

const requests = (kind: NetworkRequest): LimitRule => ({
  per: 'network',
  effect: 'refused',
  settings: ['requests_per_network'],
  takes: (config, { ip }, nowMs) => networkRequestTakes(config, kind, ip, nowMs),
})

export const LIMIT_RULES = {
  passwords: {
    per: 'account_and_network',
    effect: 'refused',
    settings: ['login_max_failures', 'login_block_minutes'],
    takes: slotTakes,
    parts: ({ keys }, counted) => shares(keys.index, counted),
  },
  network_failures: {
    per: 'network',
    effect: 'refused',
    settings: ['network_failures_before_challenge', 'network_failures_limit', 'network_failures_minutes'],
    takes: (config, { ip }, nowMs) => networkFailureTakes(config, ip, true, nowMs),
    challengeShare: ({ limits: { networkFailures: of } }) => of.beforeChallenge / of.limit,
  },
  account_failures: {
    per: 'account',
    effect: 'mail_code',
    settings: ['account_failures_before_challenge', 'account_failures_minutes'],
    takes: (config, { emailCanonical }, nowMs) => [accountFailureTake(config, emailCanonical, false, nowMs)],
  },
  second_factor_codes: {
    per: 'account',
    effect: 'refused',
    settings: [],
    takes: (config, { accountId }, nowMs) => [codeTake(config, accountId, nowMs)],
  },
  registrations: requests('registration'),
  repeated_mails: requests('resend'),
  password_resets: requests('reset'),
  sign_in_codes: requests('sign_in_code'),
  new_addresses: requests('new_address'),
  challenge_codes: requests('check'),
  challenge_codes_without_puzzle: requests('unsolved check'),
  mails: {
    per: 'account',
    effect: 'no_mail',
    settings: ['mails_per_address'],
    takes: (config, { emailCanonical }, nowMs) => [mailTake(config, emailCanonical, nowMs)],
  },
  mails_of_network: {
    per: 'account_and_network',
    effect: 'no_mail',
    settings: ['mails_per_address_and_network'],
    takes: (config, { emailCanonical, ip }, nowMs) => mailTakesOfNetwork(config, emailCanonical, ip, nowMs),
  },
  pictures: {
    per: 'account',
    effect: 'refused',
    settings: [],
    takes: (config, { accountId }, nowMs) => [pictureTake(config, accountId, nowMs)],
  },
  data_exports: {
    per: 'account',
    effect: 'refused',
    settings: [],
    takes: (config, { accountId }, nowMs) => [dataExportTake(config, accountId, nowMs)],
  },
  device_codes: {
    per: 'network',
    effect: 'refused',
    settings: [],
    takes: (config, { ip }, nowMs) => userCodeTakes(config, ip, nowMs),
  },
  open_registrations: {
    per: 'network',
    effect: 'refused',
    settings: ['open_registrations_per_hour'],
    takes(config, { ip }, nowMs) {
      const { openRegistrationsPerHour: limit } = config.registration
      return newClientTakes(config, { kind: 'open-registration', limit }, ip, nowMs)
    },
  },
  client_documents: {
    per: 'network',
    effect: 'refused',
    settings: [],
    takes(config, { ip }, nowMs) {
      return newClientTakes(config, { kind: 'client-document', limit: NEW_DOCUMENTS_PER_HOUR }, ip, nowMs)
    },
  },
} as const satisfies Record<string, LimitRule>

export type LimitKind = keyof typeof LIMIT_RULES

export const LIMIT_KINDS = Object.keys(LIMIT_RULES) as [LimitKind, ...LimitKind[]]

export function ruleOf(kind: LimitKind): LimitRule {
  return LIMIT_RULES[kind]
}
