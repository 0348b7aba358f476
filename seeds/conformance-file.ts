/**
 * The small file that `seed conformance` reads: where the OpenID Foundation's suite runs, and the public halves of the
 * keys that its clients hold. Everything else follows from it; docs/conformance.md explains each field.
 */
import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { AppError } from '../src/platform/errors.ts'

export const PLANS = [
  'basic',
  'config',
  'dynamic',
  'form-post',
  'rp-initiated-logout',
  'back-channel-logout',
  'front-channel-logout',
  'third-party-login',
  'fapi2-security',
  'fapi2-message-signing',
  'fapi-ciba',
] as const

export type PlanName = (typeof PLANS)[number]

const address = z
  .string()
  .refine((value) => URL.parse(value)?.protocol === 'https:' && !/[/?#]$/.test(value), {
    error: 'takes an https address without a slash at its end',
  })

const approvalAddress = z
  .string()
  .refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? '') && !/[/?#]$/.test(value), {
    error: 'takes an address without a slash at its end',
  })

const publicKey = z
  .looseObject({ kty: z.enum(['EC', 'RSA', 'OKP']), kid: z.string().optional(), alg: z.string().optional() })
  .refine((key) => !('d' in key), { error: 'holds the private half; leave d, p, q, dp, dq and qi out' })

const keyHolder = z.strictObject({
  /** The public keys, as RFC 7517 has them; the private ones are typed into the suite alone. */
  jwks: z.strictObject({ keys: z.array(publicKey).min(1).max(10) }).optional(),
  /** PEM, or the path of a PEM file beside this one. */
  certificate: z.string().min(1).optional(),
})

const fileSchema = z.strictObject({
  suite: address.default('https://www.certification.openid.net'),
  alias: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, { error: 'takes letters, digits, - and _' }),
  /** Where `npm run approve` is reached by the suite, for CIBA without a person. */
  approval_url: approvalAddress.optional(),
  /** Where `npm run resource` is reached by the suite, for FAPI 2.0 without OpenID Connect. */
  resource_url: address.optional(),
  /** In place of the suite's own, which follow from its address and the alias. */
  redirect_uris: z.array(z.string()).min(1).max(20).optional(),
  plans: z
    .array(z.enum(PLANS, { error: `takes ${PLANS.join(', ')}` }))
    .min(1)
    .default([...PLANS]),
  client: keyHolder.default({}),
  client2: keyHolder.default({}),
  account: z
    .strictObject({ email: z.email(), password: z.string().min(8), name: z.string().min(1) })
    .partial()
    .default({}),
})

export type ConformanceFile = z.output<typeof fileSchema>
export type Holder = 'client' | 'client2'
type Jwk = z.output<typeof publicKey>

/**
 * Reads and checks the file, certificates included.
 * @throws AppError 400 `conformance_file_invalid` naming every mistake; never a content, which may be a private key
 */
export function readConformanceFile(file: string): ConformanceFile {
  const result = fileSchema.safeParse(parseJson(file))
  if (!result.success)
    throw invalid(
      file,
      result.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`),
    )
  const read = result.data
  for (const holder of [read.client, read.client2])
    if (holder.certificate) holder.certificate = pemOf(holder.certificate, file)
  const faults = missing(read)
  if (faults.length > 0) throw invalid(file, faults)
  return read
}

/** The signing keys of a client of the suite. */
export function signingKeys(file: ConformanceFile, holder: Holder): Jwk[] {
  return file[holder].jwks?.keys ?? []
}

/** The certificate of a client as a key with its chain (RFC 8705 §2.2.2), named by its thumbprint. */
export function certificateKey(file: ConformanceFile, holder: Holder): Jwk {
  const certificate = new X509Certificate(file[holder].certificate ?? '')
  const jwk = publicKey.parse(certificate.publicKey.export({ format: 'jwk' }))
  const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url')
  return { ...jwk, kid: thumbprint, x5c: [certificate.raw.toString('base64')] }
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw invalid(file, [error instanceof SyntaxError ? 'is not JSON' : 'cannot be read'])
  }
}

function pemOf(given: string, file: string): string {
  const path = resolve(dirname(file), given)
  try {
    const pem = given.startsWith('-----BEGIN') ? given : readFileSync(path, 'utf8')
    return new X509Certificate(pem).toString()
  } catch {
    throw invalid(file, ['certificate: takes a certificate in PEM, or the path of a file that holds one'])
  }
}

const NEEDS_KEYS: readonly PlanName[] = ['fapi2-security', 'fapi2-message-signing', 'fapi-ciba']

function missing({ plans, ...file }: ConformanceFile): string[] {
  const wanting = plans.filter((plan) => NEEDS_KEYS.includes(plan))
  if (wanting.length === 0) return []
  return (['client', 'client2'] as const).flatMap((holder) =>
    (['jwks', 'certificate'] as const)
      .filter((field) => file[holder][field] === undefined)
      .map((field) => `${holder}.${field}: is needed for ${wanting.join(', ')}`),
  )
}

function invalid(file: string, faults: string[]): AppError {
  return new AppError('conformance_file_invalid', 400, `${file}: ${faults.join('; ')}`)
}
