/** The settings of passkeys: which domain they belong to, and which other sites may use them. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { list } from './kinds/setting-kinds.ts'

const GROUP = 'Passkeys'
const DOMAIN = /^(?!-)[a-z\d-]{1,63}(\.(?!-)[a-z\d-]{1,63})*$/

export const passkeySettings = {
  passkey_domain: z
    .string()
    .max(253)
    .refine((value) => DOMAIN.test(value) && isIP(value) === 0)
    .optional()
    .meta({
      group: GROUP,
      takes: 'a domain in lower case',
      fallback: 'the host of ISSUER; no passkeys where that is an IP address',
      description:
        'Domain that passkeys belong to (the relying party id of WebAuthn). Another one makes all passkeys unusable.',
    }),
  passkey_related_origins: list()
    .refine((origins) => origins.every(isOrigin))
    .default([])
    .meta({
      group: GROUP,
      takes: 'a comma-separated list of https origins',
      description: 'Other sites with pages that may use these passkeys, listed at /.well-known/webauthn.',
    }),
} satisfies Record<string, z.ZodType>

export type PasskeySettings = {
  [Name in keyof typeof passkeySettings]: z.output<(typeof passkeySettings)[Name]>
}

/** Browsers accept no IP address as a relying party id (WebAuthn §5.1.3), so there is none for such an issuer. */
export function passkeyConfig(given: PasskeySettings, issuer: string) {
  const { hostname } = new URL(issuer)
  const ownDomain = isIP(hostname.replaceAll(/[[\]]/g, '')) === 0 ? hostname : undefined
  return {
    /** The relying party id. Undefined: this server has no passkeys. */
    domain: given.passkey_domain ?? ownDomain,
    /** What browsers find at /.well-known/webauthn. Empty where only this host uses the passkeys. */
    listedOrigins: isListed(given, hostname) ? [issuer, ...given.passkey_related_origins] : [],
  }
}

/** A parent domain needs no list. */
function isListed(
  { passkey_domain: domain, passkey_related_origins: others }: PasskeySettings,
  host: string,
) {
  const isForeign = domain !== undefined && domain !== host && !host.endsWith(`.${domain}`)
  return isForeign || others.length > 0
}

function isOrigin(value: string): boolean {
  return URL.parse(value)?.origin === value && value.startsWith('https:')
}
