/**
 * Limits how often documents of clients are fetched: one fetch at a time for each document, none right after a failure,
 * and a limit for each host and network. Each process counts for itself.
 */
import { LRUCache } from 'lru-cache'
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { AppError } from '../../platform/errors.ts'
import { MINUTE_MS, SECOND_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import { createWindowCounter } from '../../platform/window-counter.ts'
import type { WindowCounter } from '../../platform/window-counter.ts'

export type DocumentGate = {
  /** @throws errors.OIDCProviderError 429, or the error of the last fetch while it is remembered */
  enter: (ctx: KoaContextWithOIDC | undefined, clientId: string) => Promise<void>
  /** Called after the look-up of a client. */
  leave: (clientId: string, failure?: unknown) => void
}

type Failure = { untilMs: number; again: () => Error }

const WINDOW_MS = 5 * MINUTE_MS
const FAILURE_KEPT_MS = 10 * SECOND_MS
const MOST_KEPT = 1000

export function createDocumentGate(needs: {
  clock: Clock
  /** The most fetches from one host in five minutes, by this process. */
  clientDocumentsPerHost: number
  /** Counts the first fetch of a document against the network that causes it. @throws AppError 429 */
  admit: (ctx: KoaContextWithOIDC) => Promise<void>
  /** Called when the limit of a host is used up: at once for the first refusal, then with a sum every five minutes. */
  onRefused: (refused: { label: string; limit: number; count: number; over: boolean }) => void
}): DocumentGate {
  const { clock, clientDocumentsPerHost, admit, onRefused } = needs
  const hosts = createWindowCounter({ clock, windowMs: WINDOW_MS, onRefused, most: MOST_KEPT })
  const entering = new Map<string, Promise<void>>()
  const failures = new LRUCache<string, Failure>({ max: MOST_KEPT })
  const fetched = new LRUCache<string, true>({ max: MOST_KEPT })

  async function begin(ctx: KoaContextWithOIDC, clientId: string): Promise<void> {
    refuseSpent(hosts, new URL(clientId).host, clientDocumentsPerHost)
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
      // A look-up that was answered from the cache never entered.
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

/** A way to fail again with the same error. A limit has none, because it counts for itself. */
function repeated(failure: unknown): (() => Error) | undefined {
  if (!(failure instanceof errors.OIDCProviderError) || failure.statusCode === 429) return undefined
  // Copied now, because the words of the error are changed later for the app of one request.
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
