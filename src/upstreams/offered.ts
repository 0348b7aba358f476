/** The upstreams that a sign-in page offers, from memory: every sign-in page asks. The change feed empties it. */
import { createLookupCache } from '../platform/lookup-cache.ts'
import { parseEmail } from '../platform/email.ts'
import type { Services } from '../services.ts'
import { listUpstreams, OWN_PAGES, UPSTREAMS_TOPIC } from './upstream.ts'
import type { Upstream } from './upstream.ts'

export type OfferedUpstreams = {
  /** Those that are on for this client, or for the person's own pages without one. */
  for: (clientId: string | undefined) => Promise<Upstream[]>
  /** Those that are on for some client: a signed-in person may connect any of them. */
  all: () => Promise<Upstream[]>
  /** The one that a request names, or the only one for the domain that it names; nothing when none or several fit. */
  hinted: (clientId: string | undefined, hints: UpstreamHints) => Promise<Upstream | undefined>
}

/** `id`: of an upstream. `domain`: of an address. An empty hint is none. */
export type UpstreamHints = { id: string; domain: string; email: string }

/** As a page shows it. */
export type UpstreamButton = { label: string; action: string }

export function createOfferedUpstreams({
  db,
  clock,
  feed,
}: Pick<Services, 'db' | 'clock' | 'feed'>): OfferedUpstreams {
  const cache = createLookupCache({ clock, load: () => listUpstreams(db) })
  feed.on(UPSTREAMS_TOPIC, cache.clear)
  const all = async () => ((await cache.get('all')) ?? []).filter(({ enabled }) => enabled)
  const offered = async (clientId: string | undefined) =>
    (await all()).filter((one) => isOffered(one, clientId))
  return {
    all,
    for: offered,
    async hinted(clientId, { id, domain, email }) {
      if (!id && !domain && !email) return undefined
      const found = await offered(clientId)
      const named = found.find((one) => one.id === id)
      if (named) return named
      const address = domain ? `x@${domain}` : email
      const fitting = found.filter(
        ({ emailDomains }) => emailDomains.length > 0 && isOfDomain(emailDomains, address),
      )
      return fitting.length === 1 ? fitting[0] : undefined
    },
  }
}

export function isOffered(
  { enabled, clients }: Pick<Upstream, 'enabled' | 'clients'>,
  clientId: string | undefined,
): boolean {
  return enabled && (clients.length === 0 || clients.includes(clientId || OWN_PAGES))
}

/** `actionOf`: where the form of an upstream goes. */
export function upstreamButtons(
  upstreams: readonly Upstream[],
  actionOf: (id: string) => string,
): UpstreamButton[] {
  return upstreams.map(({ id, label }) => ({ label, action: actionOf(id) }))
}

/** True for an address in one of these domains. A subdomain is another domain. */
export function isOfDomain(domains: readonly string[], email: string | undefined): boolean {
  const parsed = email === undefined ? undefined : parseEmail(email)
  if (!parsed?.ok) return false
  return domains.includes(parsed.email.canonical.split('@').at(-1) ?? '')
}
