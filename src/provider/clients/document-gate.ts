/**
 * When the document of a client may be fetched: once at a time for all who wait for it, not again right after it failed, and
 * so often from one host and for one network. Kept by each process for itself.
 */
import { LRUCache } from 'lru-cache'
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { AppError } from '../../platform/errors.ts'
import { MINUTE_MS, SECOND_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import { createWindowCounter } from '../../platform/window-counter.ts'
import type { WindowCounter } from '../../platform/window-counter.ts'

export type DocumentGateNeeds = {
  clock: Clock
  /** Fetches from one host in five minutes, by this process. */
  perHost: number
  /** Counts the first fetch of a document for the network that causes it. @throws AppError 429 */
  admit: (ctx: KoaContextWithOIDC) => Promise<void>
  /** A host's limit was used up; told once for five minutes, and in sum afterwards. */
  onRefused: (refused: { label: string; limit: number; count: number; over: boolean }) => void
}

export type DocumentGate = {
  /** @throws errors.OIDCProviderError 429, or how the fetch failed a moment ago */
  enter: (ctx: KoaContextWithOIDC | undefined, clientId: string) => Promise<void>
  /** The look-up of a client is over. */
  leave: (clientId: string, failure?: unknown) => void
}

type Failure = { untilMs: number; again: () => Error }

const WINDOW_MS = 5 * MINUTE_MS
const FAILURE_KEPT_MS = 10 * SECOND_MS
const MOST_KEPT = 1000

export function createDocumentGate(needs: DocumentGateNeeds): DocumentGate {
  const { clock, perHost, admit, onRefused } = needs
  const hosts = createWindowCounter({ clock, windowMs: WINDOW_MS, onRefused, most: MOST_KEPT })
  const entering = new Map<string, Promise<void>>()
  const failures = new LRUCache<string, Failure>({ max: MOST_KEPT })
  const fetched = new LRUCache<string, true>({ max: MOST_KEPT })

  async function begin(ctx: KoaContextWithOIDC, clientId: string): Promise<void> {
    refuseSpent(hosts, new URL(clientId).host, perHost)
    if (!fetched.has(clientId)) await admit(ctx)
  }
  return {
    async enter(ctx, clientId) {
      const failed = failures.get(clientId)
      if (failed && failed.untilMs > clock()) throw failed.again()
      if (!ctx) return
      const underWay = entering.get(clientId) ?? begin(ctx, clientId)
      entering.set(clientId, underWay)
      await underWay.catch((error: unknown) => answerLimit(ctx, error))
    },
    leave(clientId, failure) {
      // A look-up that found the document remembered was never on its way.
      const began = entering.delete(clientId)
      if (failure === undefined) fetched.set(clientId, true)
      const again = began ? repeated(failure) : undefined
      if (again) failures.set(clientId, { untilMs: clock() + FAILURE_KEPT_MS, again })
    },
  }
}

function refuseSpent(hosts: WindowCounter, host: string, limit: number): void {
  const spent = hosts.take([{ name: host, limit, label: host }], 1)
  if (!spent) return
  const { retryAfterSeconds } = spent
  const words = `too many client_id metadata documents of ${host}: ${limit} fetches in 5 minutes; wait ${retryAfterSeconds} seconds`
  throw new AppError('too_many_requests', 429, words, { retryAfterSeconds })
}

/** How to fail the same way again; nothing for a limit, which is counted by itself. */
function repeated(failure: unknown): (() => Error) | undefined {
  if (!(failure instanceof errors.OIDCProviderError) || failure.statusCode === 429) return undefined
  // Taken now: later the words are those for the app of one request.
  const { error_description: description, error_detail: detail } = failure
  const Kind =
    failure instanceof errors.InvalidClientMetadata ? errors.InvalidClientMetadata : errors.InvalidClient
  return () => new Kind(description ?? 'client_id metadata document fetch failed', detail ?? '')
}

function answerLimit(ctx: KoaContextWithOIDC, error: unknown): never {
  if (!(error instanceof AppError) || error.status !== 429) throw error
  ctx.set('Retry-After', String(error.retryAfterSeconds ?? 60))
  const refusal = new errors.CustomOIDCProviderError('temporarily_unavailable', error.message)
  throw Object.assign(refusal, { status: 429, statusCode: 429, allow_redirect: false })
}
