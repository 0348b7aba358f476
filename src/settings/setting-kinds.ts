/** The kinds of value that a setting can hold: how the text in the environment is read, and what an error says it takes. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { trustList } from '../http/client-ip.ts'
import { SIGNING_ALGS } from '../oidc/keys/algorithms.ts'
import { parseRedisDsn } from '../platform/redis-dsn.ts'

/** What is told of a setting: its section, what it takes, and its default where code decides. */
export type SettingMeta = { group: string; takes: string; secret?: boolean; fallback?: string }

export const meta = (group: string, takes: string, extra: Omit<SettingMeta, 'group' | 'takes'> = {}) => ({
  group,
  takes,
  ...extra,
})

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

export const secret = () => z.string().min(32).meta({ takes: 'at least 32 characters' })

export const url = (takes: string, ...schemes: string[]) =>
  z
    .string()
    .refine(
      (value) =>
        URL.canParse(value) && schemes.includes(new URL(value).protocol.replace(/\+.*/, '').replace(':', '')),
    )
    .meta({ takes })

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

export const jsonObject = () =>
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
    .pipe(z.record(z.string(), z.unknown()))
    .meta({ takes: 'a JSON object' })

export const ALGORITHMS = SIGNING_ALGS

export const algorithm = () =>
  z.enum(ALGORITHMS, {
    error: ({ input }) =>
      String(input).startsWith('HS')
        ? 'an asymmetric algorithm: with HS256 every resource server would hold the secret that signs tokens'
        : undefined,
  })

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** True for an address on this machine, the only place where plain http is accepted. */
export function isLoopback(address: string): boolean {
  const { hostname } = new URL(address)
  return LOOPBACK.has(hostname) || hostname.endsWith('.localhost')
}

export function isIssuer(value: string): boolean {
  if (!URL.canParse(value)) return false
  const { protocol, origin } = new URL(value)
  return origin === value && (protocol === 'https:' || (protocol === 'http:' && isLoopback(value)))
}

/** Text that may stand in a mail header. */
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
export const networks = () => list().refine((entries) => entries.every(isNetwork))

function isNetwork(entry: string): boolean {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(entry) ?? []
  return isIP(address) !== 0 && Number(bits) <= (isIP(address) === 6 ? 128 : 32)
}

/** `off`, `any`, or hosts. */
export const documentHosts = () =>
  z.string().transform((value): 'off' | 'any' | string[] => {
    if (value === 'off' || value === 'any') return value
    return value.split(',').map((host) => host.trim().toLowerCase())
  })

/** `issuer=https://…` pairs. */
export const statementIssuers = () =>
  list().transform((pairs, context) =>
    pairs.map((pair) => {
      const [issuer = '', jwksUri = ''] = pair.split(/=(.*)/s)
      if (!issuer || URL.parse(jwksUri)?.protocol !== 'https:') context.addIssue('not a pair')
      return { issuer, jwksUri }
    }),
  )
