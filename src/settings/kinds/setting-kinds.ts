/** The kinds of value that a setting can hold: how the text in the environment is read, and what an error says it takes. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { parseEmail } from '../../platform/email.ts'
import { trustList } from '../../http/request/client-ip.ts'
import { isLoopbackHost, isRange } from '../../platform/network/ip-address.ts'
import { parseSender } from '../../mail/sender.ts'
import { SIGNING_ALGS } from '../../platform/algorithms.ts'
import { parseRedisDsn } from '../../platform/redis/redis-dsn.ts'

/** The description of a setting: its section, what it takes, and its default if code decides. */
export type SettingMeta = { group: string; takes: string; secret?: boolean; fallback?: string }

export const text = (takes = 'text') => z.string().min(1).meta({ takes })

export function integer(min: number, max: number) {
  const takes = `a whole number from ${min} to ${max}`
  const whole = z.string().regex(/^\d+$/, takes).transform(Number)
  return whole.pipe(z.int(takes).min(min, takes).max(max, takes)).meta({ takes })
}

const TRUE = new Set(['true', '1', 'yes', 'on'])
const FALSE = new Set(['false', '0', 'no', 'off'])

export const flag = () =>
  z
    .string()
    .refine((value) => TRUE.has(value.toLowerCase()) || FALSE.has(value.toLowerCase()))
    .transform((value) => TRUE.has(value.toLowerCase()))
    .meta({ takes: 'true or false' })

export const list = () =>
  z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    )
    .meta({ takes: 'a comma-separated list' })

export type RequiredFor = { everybody: boolean; roles: string[]; groups: string[] }

const ROLE = /^role:([a-z][a-z0-9_-]{0,31})$/
const GROUP = /^group:(.{1,100})$/

/** People by their role or group, or all of them. */
export const requiredFor = () =>
  list()
    .refine((items) => items.every((one) => one === 'everybody' || ROLE.test(one) || GROUP.test(one)))
    .transform((items): RequiredFor => ({
      everybody: items.includes('everybody'),
      roles: items.flatMap((one) => ROLE.exec(one)?.[1] ?? []),
      groups: items.flatMap((one) => GROUP.exec(one)?.[1] ?? []),
    }))
    .meta({ takes: 'everybody, or a comma-separated list of role:<name> and group:<name>' })

export const secret = () => z.string().min(32).meta({ takes: 'at least 32 characters' })

/** An address with a host, in one of the schemes; `mysql+driver` counts as `mysql`. */
export const url = (takes: string, ...schemes: string[]) =>
  z
    .string()
    .refine((value) => {
      const parsed = URL.parse(value)
      const [scheme = ''] = parsed?.protocol.split(/[+:]/, 1) ?? []
      return parsed?.hostname && schemes.includes(scheme)
    })
    .meta({ takes })

/** Where to listen: an IP address or the name of a host. Whether it is one of this machine shows at start. */
export const host = () =>
  z
    .string()
    .refine((value) => isIP(value) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9._-]{0,252})$/.test(value))
    .meta({ takes: 'an IP address or a host name' })

/** Part of a file's name. */
export const fileName = () =>
  z
    .string()
    .regex(/^[^/\\\p{Cc}]{1,100}$/u)
    .meta({ takes: 'text without slashes' })

export const email = () => z.string().refine((value) => parseEmail(value).ok)

/** What a mailed link replaces by its token. The replaced systems took the last three. */
const TOKEN_MARKS = /\{token\}|\{0?\}|%s/g

/** Address of a page with a token in its link. The output has `{token}` there. */
export const linkFormat = () =>
  z
    .string()
    .transform((value) => value.replaceAll(TOKEN_MARKS, '{token}'))
    .refine((value) => value.includes('{token}') && /^https?:$/.test(URL.parse(value)?.protocol ?? ''))
    .meta({ takes: 'an http or https address with {token}, {}, {0} or %s in it' })

export const sender = () =>
  z
    .string()
    .refine((value) => {
      const parsed = parseSender(value)
      return parsed && parseEmail(parsed.address).ok
    })
    .meta({ takes: 'an address, also "Name <address>"' })

/** Not `url`, which takes one host alone. */
export const redisDsn = () =>
  z
    .string()
    .refine((value) => {
      try {
        return parseRedisDsn(value).addresses.length > 0
      } catch {
        return false
      }
    })
    .meta({ takes: 'redis://, rediss://, redis+sentinel:// or redis+cluster://' })

/** Options of the MySQL client beside the address; `connect_timeout` is in seconds. */
export const connectArgs = () =>
  z
    .string()
    .transform((value, context) => {
      try {
        return JSON.parse(value) as unknown
      } catch {
        context.addIssue('not JSON')
        return z.NEVER
      }
    })
    .pipe(z.looseObject({ connect_timeout: z.number().positive().optional() }))
    .meta({ takes: 'a JSON object; connect_timeout is a number of seconds' })

export const ALGORITHMS = SIGNING_ALGS

export const algorithm = () =>
  z.enum(ALGORITHMS, {
    error: ({ input }) =>
      String(input).startsWith('HS')
        ? 'an asymmetric algorithm: with HS256 every resource server would hold the secret that signs tokens'
        : undefined,
  })

/** True for an address on this machine, the only place where plain http is accepted. */
export function isLoopback(address: string): boolean {
  return isLoopbackHost(new URL(address).hostname)
}

export function isIssuer(value: string): boolean {
  if (!URL.canParse(value)) return false
  const { protocol, origin } = new URL(value)
  return origin === value && (protocol === 'https:' || (protocol === 'http:' && isLoopback(value)))
}

/** Text that is allowed in a mail header. */
export const line = () =>
  z
    .string()
    .min(1)
    .max(100)
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u)
    .meta({ takes: 'one line of text' })

export const proxies = () => list().refine((entries) => isTrustList(entries))

function isTrustList(entries: readonly string[]): boolean {
  try {
    trustList(entries)
    return true
  } catch {
    return false
  }
}

/** IP ranges in CIDR notation. */
export const networks = () =>
  list().refine((entries) => entries.every((entry) => entry.includes('/') && isRange(entry)))

const HOST = /^[a-z0-9]([a-z0-9.-]{0,252})(:\d{1,5})?$/

/** `off`, `any`, or hosts. */
export const documentHosts = () =>
  z
    .string()
    .transform((value): 'off' | 'any' | string[] => {
      if (value === 'off' || value === 'any') return value
      return value.split(',').map((one) => one.trim().toLowerCase())
    })
    .refine((value) => typeof value === 'string' || value.every((one) => HOST.test(one)))

/** `issuer=https://…` pairs. */
export const statementIssuers = () =>
  list().transform((pairs, context) =>
    pairs.map((pair) => {
      const [issuer = '', jwksUri = ''] = pair.split(/=(.*)/s)
      if (!issuer || URL.parse(jwksUri)?.protocol !== 'https:') context.addIssue('not a pair')
      return { issuer, jwksUri }
    }),
  )
