/** What a program has to know before it registers a person: who may register, and what the person accepts. */
import { z } from 'zod'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import type { Services } from '../../services.ts'
import { REGISTRATION_MODES } from '../../settings/registration/registration-settings.ts'
import { common } from './passed-on.ts'

const rules = z
  .object({
    mode: z.enum(REGISTRATION_MODES).describe('Who may register.'),
    domains: z
      .array(z.string())
      .describe('Domains of addresses that may register in the mode domains, or need no approval.'),
    password_min_length: z.int(),
    terms_version: z
      .string()
      .nullable()
      .describe(
        'The version of the terms and of the privacy notice today. Show both, and send it as terms_version once the person accepted. Null: nobody is asked.',
      ),
    terms_uri: z.url().nullable(),
    privacy_uri: z.url().nullable(),
  })
  .meta({
    title: 'RegistrationRules',
    examples: [
      {
        mode: 'open',
        domains: [],
        password_min_length: 8,
        terms_version: '2026-01',
        terms_uri: 'https://example.com/terms',
        privacy_uri: 'https://example.com/privacy',
      },
    ],
  })

export function ruleOperations({ config }: Pick<Services, 'config'>): readonly Operation[] {
  const { registration, accounts, brand } = config
  return [
    operation({
      ...common,
      limited: false,
      id: 'getRegistrationRules',
      method: 'get',
      path: '/registrations/rules',
      summary: 'Read what a registration takes',
      answer: { status: 200, description: 'The rules.', schema: rules, etag: true },
      handle: async () => ({
        body: {
          mode: registration.accountRegistration,
          domains: registration.registrationDomains,
          password_min_length: accounts.passwordMinLength,
          terms_version: registration.termsVersion ?? null,
          terms_uri: brand.links.terms ?? null,
          privacy_uri: brand.links.privacy ?? null,
        },
      }),
    }),
  ]
}
