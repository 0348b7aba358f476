/** The settings against guessed passwords and mass registration: part of the list in settings.ts. */
import type { z } from 'zod'
import { HOUR_MS, MINUTE_MS } from '../../platform/clock.ts'
import { inRanges, isRange } from '../../platform/network/ip-address.ts'
import { integer, list } from '../kinds/setting-kinds.ts'

const GROUP = 'Abuse'
const MOST = 10_000_000

export const abuseSettings = {
  unlimited_networks: list()
    .refine((entries) => entries.every((entry) => isRange(entry)))
    .default([])
    .meta({
      group: GROUP,
      takes: 'a comma-separated list of addresses or CIDR ranges',
      description:
        'No limit per network counts these, such as a school behind one address. Limits per account remain.',
    }),
  network_failures_before_challenge: integer(1, MOST).default(100).meta({
    group: GROUP,
    description:
      'Failed sign-ins of one network before its browsers have to solve a challenge. Known browsers need none.',
  }),
  network_failures_limit: integer(1, MOST).default(1000).meta({
    group: GROUP,
    description: 'Failed sign-ins of one network before it gets 429, also with solved challenges.',
  }),
  network_failures_minutes: integer(1, 1440)
    .default(15)
    .meta({ group: GROUP, description: 'The time over which failures of a network are counted.' }),
  account_failures_before_challenge: integer(1, MOST).default(100).meta({
    group: GROUP,
    description:
      'Failed sign-ins to one account from all networks before unknown browsers need a challenge and a code by mail.',
  }),
  account_failures_minutes: integer(1, 1440)
    .default(60)
    .meta({ group: GROUP, description: 'The time over which failures of an account are counted.' }),
  challenge_bits: integer(1, 24).default(14).meta({
    group: GROUP,
    description:
      'Difficulty of a challenge: one more bit doubles the work. A phone takes about a second for 14 bits.',
  }),
  requests_per_network: integer(1, MOST).default(60).meta({
    group: GROUP,
    description:
      'Registrations that one network may send in an hour, and as many repeated mails, resets and codes.',
  }),
  mails_per_address: integer(1, MOST).default(20).meta({
    group: GROUP,
    description: 'Mails that all networks together may ask for to one address in an hour.',
  }),
  mails_per_address_and_network: integer(1, MOST).default(5).meta({
    group: GROUP,
    description: 'Mails that one network may ask for to one address in an hour.',
  }),
} satisfies Record<string, z.ZodType>

type AbuseSettings = { [Name in keyof typeof abuseSettings]: z.output<(typeof abuseSettings)[Name]> }

export function abuseConfig(settings: AbuseSettings) {
  return {
    /** True for an address that no limit per network counts. */
    isUnlimited: inRanges(settings.unlimited_networks),
    networkFailures: {
      beforeChallenge: settings.network_failures_before_challenge,
      limit: settings.network_failures_limit,
      windowMs: settings.network_failures_minutes * MINUTE_MS,
    },
    accountFailures: {
      beforeChallenge: settings.account_failures_before_challenge,
      windowMs: settings.account_failures_minutes * MINUTE_MS,
    },
    challengeBits: settings.challenge_bits,
    requestsPerNetwork: { limit: settings.requests_per_network, windowMs: HOUR_MS },
    mailsPerAddress: { limit: settings.mails_per_address, windowMs: HOUR_MS },
    mailsPerAddressAndNetwork: { limit: settings.mails_per_address_and_network, windowMs: HOUR_MS },
  }
}

/** Settings that contradict one another. */
export function abuseProblems(settings: Partial<AbuseSettings>): string[] {
  const { network_failures_before_challenge: challenge, network_failures_limit: limit } = settings
  if (challenge === undefined || limit === undefined || limit >= challenge) return []
  return [
    `ACCOUNT_SERVER_NETWORK_FAILURES_LIMIT: got "${limit}", takes at least ACCOUNT_SERVER_NETWORK_FAILURES_BEFORE_CHALLENGE`,
  ]
}
