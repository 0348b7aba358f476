/**
 * Tests in one file may be about several features. `npm run removable` takes one feature away in a copy of the tree and names
 * it in `TEST_WITHOUT`: what needs it is left out there, and nowhere else.
 */

type Removable = 'device' | 'ciba' | 'token-exchange' | 'challenge' | 'status-list' | 'registration'

/** True unless this is a copy of the tree without one of these features. */
export function isMounted(...names: Removable[]): boolean {
  return names.every((name) => name !== process.env['TEST_WITHOUT'])
}

/** False in a copy of the tree without one of them. */
export function isWholeTree(): boolean {
  return process.env['TEST_WITHOUT'] === undefined
}

/** A list that features add to: what is always there, and what belongs to features that are mounted. */
export function withMounted<One>(
  always: readonly One[],
  byFeature: Partial<Record<Removable, readonly NoInfer<One>[]>>,
): One[] {
  const names = Object.keys(byFeature) as Removable[]
  return [...always, ...names.filter((name) => isMounted(name)).flatMap((name) => byFeature[name] ?? [])]
}

/** The grants of mounted features, among these. */
export function mountedGrants<Grant extends string>(grants: readonly Grant[]): Grant[] {
  return grants.filter((grant) => isMounted(...(OF_GRANT[grant] ?? [])))
}

const OF_GRANT: Readonly<Record<string, readonly Removable[]>> = {
  'urn:ietf:params:oauth:grant-type:device_code': ['device'],
  'urn:openid:params:grant-type:ciba': ['ciba'],
  'urn:ietf:params:oauth:grant-type:token-exchange': ['token-exchange'],
}

/** False for a file, as a path from test/, that went with its feature. */
export function isMountedFile(file: string): boolean {
  return !file.startsWith(`protocol/${process.env['TEST_WITHOUT']}/`)
}
