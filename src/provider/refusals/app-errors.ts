/**
 * What the operator of an app finds on its page: every refusal that is the fault of the app, with what it sent, what is
 * registered, and the cause that the app must not learn.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { ClientError, NoteError } from '../../clients/errors/client-errors.ts'
import { isFormerSecret } from '../../clients/client-secret.ts'
import { requestState } from '../../http/request/request-state.ts'
import { shownNames, shownSentence } from '../../platform/shown.ts'
import type { Refusal } from './descriptions.ts'
import { refusalFacts } from './facts.ts'
import { presentedSecret } from './sent.ts'

/** Answers that a correct app gets as well: a person has to do something, or the app asks again a little later. */
const USUAL: ReadonlySet<string> = new Set([
  'access_denied',
  'account_selection_required',
  'authorization_pending',
  'consent_required',
  'expired_token',
  'interaction_required',
  'login_required',
  'slow_down',
  'temporarily_unavailable',
  'use_dpop_nonce',
])

const LONGEST = 300
const MOST_REGISTERED = 20

/** Sentences of the library about codes and tokens, in the words of an operator. */
const CAUSES: readonly [RegExp, words: string][] = [
  [/^invalid secret provided$/, 'the client_secret is wrong'],
  [/mechanism does not match/, 'the app authenticates in another way than it is registered for'],
  [/account not found/, 'the person is gone, disabled, signed out everywhere, or in no group of this app'],
  [/grant not found|grant is expired/, 'the access was ended: by a sign-out, by the person, or by its age'],
  [/already (used|consumed|redeemed)/, 'it was used before'],
  [/is expired$/, 'it is expired'],
  [/client mismatch/, 'it belongs to another client'],
  [/not found$/, 'it is unknown here, or long expired'],
]

/** Notes a refusal of a registered app. */
export function noteAppError(note: NoteError, ctx: KoaContextWithOIDC, refusal: Refusal): void {
  const { client, route } = ctx.oidc
  const { message: error, error_description: reason } = refusal
  if (!client || USUAL.has(error)) return
  const { got, registered } = refusalFacts(ctx, refusal)
  const seen = {
    endpoint: route,
    error,
    reason: reason?.slice(0, LONGEST),
    cause: causeOf(ctx, refusal),
    got,
  }
  note({ clientId: client.clientId, ...seen, registered: textsOf(registered) }, requestState(ctx).requestId)
}

/** A request that succeeded with less than the app asked for. */
export function noteIgnoredScopes(note: NoteError, ctx: KoaContextWithOIDC, words: readonly string[]): void {
  const { client, route } = ctx.oidc
  if (!client) return
  const ignored: ClientError = {
    clientId: client.clientId,
    endpoint: route,
    error: 'scope_ignored',
    reason: 'the app asks for a scope that it does not get; the sign-in goes on without it',
    got: shownNames(words.join(' ')),
    registered: textsOf(client.scope),
  }
  note(ignored, requestState(ctx).requestId)
}

function causeOf(ctx: KoaContextWithOIDC, { error_detail: detail }: Refusal): string | undefined {
  if (detail === undefined) return undefined
  const secret = presentedSecret(ctx)
  if (secret !== undefined && isFormerSecret(ctx.oidc.client?.clientSecret, secret))
    return 'the client_secret is the one from before the last rotation, which has ended'
  const [, words] = CAUSES.find(([pattern]) => pattern.test(detail)) ?? []
  return words ?? shownSentence(detail).slice(0, LONGEST)
}

function textsOf(registered: unknown): string[] | undefined {
  const texts = [registered].flat().filter((one) => typeof one === 'string')
  return texts.length === 0
    ? undefined
    : texts.slice(0, MOST_REGISTERED).map((text) => text.slice(0, LONGEST))
}
