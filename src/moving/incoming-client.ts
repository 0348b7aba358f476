/** An app as another system has it, before the rules of this one are asked. */
import type { LeftOut } from './incoming.ts'
import { isMissing } from './values.ts'

export type IncomingClient = {
  clientId: string
  name: string
  /** As the other system made it. Undefined where it has none, or hides it. */
  secret: string | undefined
  disabled: boolean
  /** Metadata as RFC 7591 names it, not checked yet. */
  metadata: Readonly<Record<string, unknown>>
  leftOut: LeftOut[]
}

const EXACT = {
  redirect: 'a redirect address is compared exactly; add each one to redirect_uris with client update',
  'logout redirect':
    'a logout address is compared exactly; add each one to post_logout_redirect_uris with client update',
  origin: 'an origin is named exactly',
} as const

/** Addresses that can be kept. A pattern is none: an app returns to one exact address (RFC 9700 §4.1.3). */
export function exactAddresses(
  kind: keyof typeof EXACT,
  addresses: readonly string[],
): { kept: string[]; leftOut: LeftOut[] } {
  const all = [...new Set(addresses)]
  const patterns = all.filter((address) => address.includes('*'))
  return {
    kept: all.filter((address) => !address.includes('*')),
    leftOut: patterns.map((address) => ({ code: `${kind} ${address}`, why: EXACT[kind] })),
  }
}

/** For an app that showed no consent page in the other system. */
export const askedOnce: LeftOut = {
  code: 'no consent page',
  why: 'people are asked once; with first_party, set by client update, nobody is',
}

/** The grants that are here, and those that are not. */
export function knownGrants(grants: readonly string[], known: readonly string[]) {
  const why = 'this server has no such grant'
  return {
    kept: grants.filter((grant) => known.includes(grant)),
    leftOut: grants
      .filter((grant) => !known.includes(grant))
      .map((grant): LeftOut => ({ code: `grant ${grant}`, why })),
  }
}

/** Only what is given: an absent field takes the default of this server. */
export function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const present = Object.entries(fields).filter(([, value]) => !isMissing(value) && !isEmptyList(value))
  return Object.fromEntries(present)
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}
