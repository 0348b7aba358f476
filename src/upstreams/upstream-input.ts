/** What an operator says of an upstream, field by field, and what has to fit together. */
import { z } from 'zod'
import { scopeList, uri } from '../clients/client-fields.ts'
import { webUriFault } from '../clients/addresses/client-uri.ts'
import { parseEmail } from '../platform/email.ts'
import { AppError } from '../platform/errors.ts'
import { TEMPLATE_NAMES, TEMPLATES } from './upstream-templates.ts'
import { AUTH_METHODS, EMAIL_TRUSTS, KINDS, MAPPED_FIELDS, SIGN_OUTS, SIGN_UPS } from './upstream.ts'
import type { Upstream } from './upstream.ts'

const LOOPBACKS = new Set(['localhost', '127.0.0.1', '[::1]'])

/** The guarded agent refuses loopback too, unless this server is on loopback itself. */
const address = uri(upstreamUriFault).max(1024)

const field = z
  .string()
  .regex(/^[\w:/-]+(\.[\w:/-]+)*$/, 'takes the name of a field, or names with dots between')
  .max(200)

const domain = z
  .string()
  .max(253)
  .transform((typed, ctx) => {
    const parsed = parseEmail(`x@${typed}`)
    if (parsed.ok) return parsed.email.canonical.slice(2)
    ctx.addIssue({ code: 'custom', message: 'takes the domain of addresses, such as example.com' })
    return z.NEVER
  })

/** What the library or the flow writes itself. */
const OWN_PARAMETERS = new Set([
  'client_id',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'request',
  'request_uri',
])

const parameters = z
  .record(z.string().min(1).max(100), z.string().max(500))
  .refine((given) => Object.keys(given).every((name) => !OWN_PARAMETERS.has(name)), {
    error: `takes other parameters than ${[...OWN_PARAMETERS].join(', ')}`,
  })
  .refine((given) => Object.keys(given).length <= 20, { error: 'takes at most 20 parameters' })

const id = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'takes small letters, digits and dashes, such as github')

export const upstreamFields = {
  kind: z.enum(KINDS),
  label: z.string().trim().min(1).max(100),
  issuer: address.nullable(),
  authorization_endpoint: address.nullable(),
  token_endpoint: address.nullable(),
  userinfo_endpoint: address.nullable(),
  emails_endpoint: address.nullable(),
  client_id: z.string().min(1).max(255),
  client_secret: z.string().min(1).max(1000),
  token_endpoint_auth_method: z.enum(AUTH_METHODS),
  scope: scopeList.pipe(z.string().max(1000)),
  parameters,
  mapping: z.partialRecord(z.enum(MAPPED_FIELDS), field),
  clients: z.array(z.string().min(1).max(255)).max(200),
  email_domains: z.array(domain).max(200),
  sign_up: z.enum(SIGN_UPS),
  email_trust: z.enum(EMAIL_TRUSTS),
  trust_mfa: z.boolean(),
  mfa_levels: z.array(z.string().min(1).max(255)).max(20),
  sign_out: z.enum(SIGN_OUTS),
  frontchannel_logout: z.boolean(),
  enabled: z.boolean(),
}

export const upstreamInput = z
  .strictObject({ id, template: z.enum(TEMPLATE_NAMES), ...upstreamFields })
  .partial()
  .required({ id: true, client_id: true })

/** Fields that are left out stay. `null` removes an address. */
export const upstreamChanges = z.strictObject(upstreamFields).partial()

export type UpstreamInput = z.input<typeof upstreamInput>
export type UpstreamChanges = z.input<typeof upstreamChanges>

/** What was read: the definition, and a secret that is new. */
export type ReadUpstream = { upstream: Upstream; secret: string | undefined }

/** @throws AppError 422 `upstream_invalid` that names every mistake */
export function readInput(input: UpstreamInput, nowMs: number): ReadUpstream {
  const { template } = parse(upstreamInput, input)
  const {
    id: given,
    template: _template,
    ...fields
  } = parse(upstreamInput, { ...(template && TEMPLATES[template]), ...input })
  const kind = fields.kind ?? 'oidc'
  const blank: Upstream = {
    id: given,
    kind,
    label: given,
    issuer: null,
    endpoints: {},
    clientId: '',
    authMethod: fields.client_secret === undefined ? 'none' : 'client_secret_basic',
    scope: kind === 'oidc' ? 'openid email profile' : '',
    parameters: {},
    mapping: {},
    clients: [],
    emailDomains: [],
    signUp: 'create',
    emailTrust: 'claim',
    trustMfa: false,
    mfaLevels: [],
    signOut: 'offer',
    frontchannelLogout: false,
    enabled: true,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  }
  return changed(blank, fields, false)
}

/** @throws AppError 422 `upstream_invalid` that names every mistake */
export function readChanges(
  before: Upstream,
  changes: UpstreamChanges,
  { hasSecret, nowMs }: { hasSecret: boolean; nowMs: number },
): ReadUpstream {
  return changed({ ...before, updatedAtMs: nowMs }, parse(upstreamChanges, changes), hasSecret)
}

function changed(
  before: Upstream,
  given: z.output<typeof upstreamChanges>,
  hasSecret: boolean,
): ReadUpstream {
  const address = (name: string | null | undefined, old: string | undefined) =>
    name === undefined ? old : (name ?? undefined)
  const upstream: Upstream = {
    ...before,
    kind: given.kind ?? before.kind,
    label: given.label ?? before.label,
    issuer: given.issuer === undefined ? before.issuer : given.issuer,
    endpoints: {
      authorization: address(given.authorization_endpoint, before.endpoints.authorization),
      token: address(given.token_endpoint, before.endpoints.token),
      userinfo: address(given.userinfo_endpoint, before.endpoints.userinfo),
      emails: address(given.emails_endpoint, before.endpoints.emails),
    },
    clientId: given.client_id ?? before.clientId,
    authMethod: given.token_endpoint_auth_method ?? before.authMethod,
    scope: given.scope ?? before.scope,
    parameters: given.parameters ?? before.parameters,
    mapping: given.mapping ?? before.mapping,
    clients: given.clients ?? before.clients,
    emailDomains: given.email_domains ?? before.emailDomains,
    signUp: given.sign_up ?? before.signUp,
    emailTrust: given.email_trust ?? before.emailTrust,
    trustMfa: given.trust_mfa ?? before.trustMfa,
    mfaLevels: given.mfa_levels ?? before.mfaLevels,
    signOut: given.sign_out ?? before.signOut,
    frontchannelLogout: given.frontchannel_logout ?? before.frontchannelLogout,
    enabled: given.enabled ?? before.enabled,
  }
  const faults = faultsOf(upstream, hasSecret || given.client_secret !== undefined)
  if (faults.length > 0) throw new AppError('upstream_invalid', 422, faults.join('; '))
  return { upstream, secret: given.client_secret }
}

/** What does not fit together. */
function faultsOf(upstream: Upstream, hasSecret: boolean): string[] {
  const { kind, issuer, endpoints, mapping, authMethod, scope } = upstream
  const needed = (name: string, value: unknown) => (value ? [] : [`${name} is required for ${kind}`])
  const ofKind =
    kind === 'oidc'
      ? [
          ...needed('issuer', issuer),
          ...(scope.split(' ').includes('openid') ? [] : ['scope: an OpenID provider needs openid']),
        ]
      : [
          ...needed('authorization_endpoint', endpoints.authorization),
          ...needed('token_endpoint', endpoints.token),
          ...needed('userinfo_endpoint', endpoints.userinfo),
          ...needed('mapping.subject', mapping.subject),
        ]
  if (authMethod === 'none' && hasSecret)
    ofKind.push('token_endpoint_auth_method: a client with a secret does not take none')
  if (authMethod !== 'none' && !hasSecret) ofKind.push(`client_secret is required for ${authMethod}`)
  return ofKind
}

function upstreamUriFault(value: string): string | undefined {
  const fault = webUriFault(value)
  if (fault) return fault
  const url = new URL(value)
  if (url.username || url.password) return 'must not carry a user name or password'
  if (url.hash) return 'must not have a fragment (#...)'
  if (url.protocol === 'http:' && !LOOPBACKS.has(url.hostname))
    return 'http is taken only for localhost, 127.0.0.1 and [::1]; use https'
  return undefined
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.') || 'upstream'}: ${message}`)
  throw new AppError('upstream_invalid', 422, faults.join('; '), { cause: result.error })
}
