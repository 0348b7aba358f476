/** One of our own addresses: neither `//host` nor `/\host`, which browsers read as another site. */
const OWN = /^\/(?![/\\])/

/** The address that a query names, or the start page where it is none of ours. */
export function ownPath(named: unknown): string {
  return typeof named === 'string' && OWN.test(named) ? named : '/'
}
