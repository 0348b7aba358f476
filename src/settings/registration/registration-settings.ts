/** The settings of who may register: part of the list in settings.ts. */
import { z } from 'zod'
import { list } from '../kinds/setting-kinds.ts'

const GROUP = 'Registration'

export const REGISTRATION_MODES = ['open', 'closed', 'domains', 'invitation', 'approval'] as const

const DOMAIN = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/

export const registrationSettings = {
  account_registration: z
    .enum(REGISTRATION_MODES)
    .default('open')
    .meta({
      group: GROUP,
      takes: REGISTRATION_MODES.join(', '),
      description:
        'Who may register: everybody, nobody, addresses of REGISTRATION_DOMAINS, invited people, or people that an operator approves.',
    }),
  registration_domains: list()
    .transform((domains) => domains.map((domain) => domain.toLowerCase()))
    .refine((domains) => domains.every((domain) => DOMAIN.test(domain)))
    .default([])
    .meta({
      group: GROUP,
      takes: 'a comma-separated list of domains of addresses',
      description:
        'Addresses that may register in the mode domains, and need no approval in the mode approval.',
    }),
  terms_version: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .regex(/^[\w.:-]+$/)
    .optional()
    .meta({
      group: GROUP,
      takes: 'letters, digits and . _ : - , up to 64',
      fallback: 'nobody is asked',
      description:
        'The version of your terms and privacy notice, such as 2026-11. People accept it when they register, and each new one at their next sign-in.',
    }),
} satisfies Record<string, z.ZodType>

type RegistrationSettings = {
  [Name in keyof typeof registrationSettings]: z.output<(typeof registrationSettings)[Name]>
} & {
  unverified_accounts_may_authorize: boolean
  brand_terms_url?: string | undefined
  brand_privacy_url?: string | undefined
}

export function registrationConfig(settings: RegistrationSettings) {
  return {
    accountRegistration: settings.account_registration,
    registrationDomains: settings.registration_domains,
    termsVersion: settings.terms_version,
  }
}

/** Settings that contradict one another. */
export function registrationProblems(settings: Partial<RegistrationSettings>): string[] {
  const problems: string[] = []
  const { account_registration: mode, registration_domains: domains = [] } = settings
  if (mode === 'domains' && domains.length === 0)
    problems.push('ACCOUNT_SERVER_REGISTRATION_DOMAINS is missing; ACCOUNT_REGISTRATION=domains needs it')
  if (mode !== undefined && mode !== 'open' && settings.unverified_accounts_may_authorize === true)
    problems.push(
      `ACCOUNT_SERVER_UNVERIFIED_ACCOUNTS_MAY_AUTHORIZE: got "true", takes false with ACCOUNT_REGISTRATION=${mode}`,
    )
  if (settings.terms_version !== undefined && !settings.brand_terms_url && !settings.brand_privacy_url)
    problems.push(
      'ACCOUNT_SERVER_BRAND_TERMS_URL or ACCOUNT_SERVER_BRAND_PRIVACY_URL is missing; TERMS_VERSION needs what people accept',
    )
  return problems
}
