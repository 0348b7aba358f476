/**
 * Second factors of a Keycloak user: credentials beside the password, each with two JSON texts. The secret of an app is the
 * text itself, not Base32, unless `secretEncoding` says so.
 */
import { z } from 'zod'
import { decodeBase32 } from '../../factors/totp-code.ts'
import { factorsFrom, NO_FACTOR, readTotp } from '../incoming-factors.ts'
import type { FactorLeftOut, IncomingFactors, IncomingTotp } from '../incoming-factors.ts'

type Credential = {
  type?: string | undefined
  secretData?: string | undefined
  credentialData?: string | undefined
  createdDate?: number | null | undefined
}

export function keycloakFactors(credentials: readonly Credential[]): IncomingFactors | undefined {
  const apps: (IncomingTotp | FactorLeftOut)[] = []
  const others: FactorLeftOut[] = []
  for (const credential of credentials) {
    const { type = '' } = credential
    if (type === 'otp') apps.push(appOf(credential))
    else if (type !== 'password' && type !== '') others.push(OTHERS[type] ?? unknown(type))
  }
  return factorsFrom(apps, others)
}

const OTHERS: Readonly<Record<string, FactorLeftOut>> = {
  webauthn: NO_FACTOR.passkey,
  'webauthn-passwordless': NO_FACTOR.passkey,
  'recovery-authn-codes': NO_FACTOR.hashedCodes,
  // Of realms from before Keycloak 8.
  hotp: NO_FACTOR.hotp,
}

const secretData = z.looseObject({ value: z.string() })
const credentialData = z.looseObject({
  subType: z.string().default('totp'),
  digits: z.number().optional(),
  period: z.number().optional(),
  algorithm: z.string().optional(),
  secretEncoding: z.string().nullish(),
})

function appOf({ secretData: secret, credentialData: described, createdDate }: Credential) {
  try {
    const { value } = secretData.parse(JSON.parse(secret ?? ''))
    const data = credentialData.parse(JSON.parse(described ?? ''))
    if (data.subType.toLowerCase() === 'hotp') return NO_FACTOR.hotp
    return readTotp({
      secret: bytesOf(value, data.secretEncoding),
      algorithm: data.algorithm,
      digits: data.digits,
      periodSeconds: data.period,
      createdAtMs: createdDate ?? undefined,
    })
  } catch {
    return { code: 'totp', why: 'its credential is not as Keycloak exports it' }
  }
}

function bytesOf(value: string, encoding: string | null | undefined): Buffer | undefined {
  if (encoding === null || encoding === undefined) return Buffer.from(value)
  return encoding.toUpperCase() === 'BASE32' ? decodeBase32(value) : undefined
}

function unknown(type: string): FactorLeftOut {
  return { code: `factor ${type}`, why: 'this server has no such factor' }
}
