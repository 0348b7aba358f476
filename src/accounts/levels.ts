/** How strong a sign-in was (`acr`, OpenID Connect Core §2): a level follows from the methods that were used. */

/** Weakest first; a stronger sign-in meets every weaker level. */
export const LEVELS = [
  'urn:account-server:acr:password',
  'urn:account-server:acr:second-factor',
  'urn:account-server:acr:phishing-resistant',
] as const

export type Level = (typeof LEVELS)[number]

/**
 * What makes each level: all the methods (RFC 8176) of one of its lists. A factor adds its list here, and with it the level
 * can be reached.
 */
const METHODS: Record<Level, readonly (readonly string[])[]> = {
  // One factor: the password, and in its place another provider (`fed`) or the code of a mail.
  'urn:account-server:acr:password': [['pwd'], ['fed'], ['otp']],
  'urn:account-server:acr:second-factor': [
    ['pwd', 'mfa'],
    ['fed', 'mfa'],
    ['otp', 'mfa'],
  ],
  // A passkey signs for this server's origin alone, so no other site can pass its answer on.
  'urn:account-server:acr:phishing-resistant': [['pop', 'mfa']],
}

/** The levels that somebody can sign in with. */
export const REACHABLE_LEVELS: readonly Level[] = LEVELS.filter((level) => METHODS[level].length > 0)

/** Those of a server with passkeys, or of one that has none, as at an IP address. */
export function reachableLevels(passkeys: boolean): readonly Level[] {
  return passkeys ? REACHABLE_LEVELS : REACHABLE_LEVELS.filter((level) => level !== LEVELS[2])
}

/** Whether a level is the wanted one, or stronger. */
export function meetsLevel(level: string | undefined, wanted: string): boolean {
  const [has, needed] = [LEVELS.findIndex((one) => one === level), LEVELS.findIndex((one) => one === wanted)]
  return needed >= 0 && has >= needed
}

/** Whether a sign-in by these methods took more than a password. */
export function isStrong(amr: readonly string[] | undefined): boolean {
  return meetsLevel(levelOf(amr), LEVELS[1])
}

/** The level of a sign-in by these methods (RFC 8176); nothing for one that is not known here. */
export function levelOf(amr: readonly string[] | undefined): Level | undefined {
  return LEVELS.findLast((level) =>
    METHODS[level].some((methods) => methods.every((method) => amr?.includes(method))),
  )
}
