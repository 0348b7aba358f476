/** The error page: plain words for people, an error id, and a link to go on. Every feature uses it. */
import type { ErrorNeeds } from '../../http/error-handler.ts'
import type { Render } from '../../http/render.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { RequestState } from '../../http/request/request-state.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { Message } from '../../words/message.ts'

/** Statuses with a title of their own. */
const TITLED = new Set([403, 404, 405, 408, 410, 413, 421, 429, 500, 503])

/** The English sentence of these tells the developer of an app, or an operator, more than the text for everybody. */
const TECHNICAL = new Set([
  'invalid_request',
  'field_too_long',
  'body_too_large',
  'unsupported_media_type',
  'method_not_allowed',
  'wrong_host',
])

/**
 * In `development`, the page also shows the app's developer what was refused, what was sent and what is registered.
 * Otherwise the operator finds these facts in the log, by the error id.
 */
export function renderFailure(render: Render, development: boolean): ErrorNeeds['renderErrorPage'] {
  return (ctx, failure) => {
    const { status, errorId, message } = failure
    // OAuth has no error for a limit (RFC 6749 §4.1.2.1), so the status tells it.
    const isLimit = status === 429 && failure.code === 'temporarily_unavailable'
    const code = isLimit ? 'too_many_requests' : failure.code
    const { retryAfterSeconds = Number(ctx.response.get('Retry-After')) } = failure
    const { refusal } = requestState(ctx)
    const words = refusal ? (APP_FAULTS[refusal.error] ?? OTHER_FAULT) : undefined
    const id = `error-${code.replaceAll('_', '-')}`
    const isKnown = render.texts(ctx).has(id)
    const title = words?.title ?? titleOf(status)
    const detail = !words && (TECHNICAL.has(code) || !isKnown) ? message : undefined
    const locals = {
      title,
      heading: title,
      message: words?.message ?? { id: isKnown ? id : 'error-other', args: waitOf(retryAfterSeconds) },
      detail: status < 500 ? detail : undefined,
      status,
      errorId,
      details: development && refusal ? detailsOf(refusal) : undefined,
      ...wayOn(ctx.path, failure.formHref),
    }
    render(ctx, 'error', locals, status)
  }
}

/** For texts that say when to try again. */
function waitOf(retryAfterSeconds: number): { minutes: number } {
  return { minutes: retryAfterSeconds < SHORT_SECONDS ? 0 : Math.ceil(retryAfterSeconds / 60) }
}

/** Nobody counts the seconds. */
const SHORT_SECONDS = 30

type Refusal = NonNullable<RequestState['refusal']>

function detailsOf({ error, reason, got, registered }: Refusal): { name: string; values: string[] }[] {
  const listed = [registered].flat().filter((one) => typeof one === 'string' && one !== '')
  return [
    { name: 'error-detail-error', values: [error] },
    { name: 'error-detail-reason', values: [reason].filter((one) => one !== undefined) },
    { name: 'error-detail-got', values: [got].filter((one) => one !== undefined) },
    { name: 'error-detail-registered', values: listed.map(String) },
  ].filter(({ values }) => values.length > 0)
}

/** A person that an app sent here to sign out can still sign out. */
function wayOn(path: string, formHref?: string): { backHref: string; backLabel: string } {
  if (formHref !== undefined) return { backHref: formHref, backLabel: 'error-try-again' }
  if (path === SIGN_OUT_PATH) return { backHref: SIGN_OUT_PATH, backLabel: 'error-sign-out-here' }
  return { backHref: '/', backLabel: 'error-back-to-start' }
}

function titleOf(status: number): string {
  return `error-title-${TITLED.has(status) ? status : status >= 500 ? 500 : 400}`
}

/** Mistakes of an app, in words for the person that it sent here. */
const APP_FAULTS: Record<string, { title: Message; message: Message }> = {
  invalid_client: { title: 'error-unknown-app', message: 'error-unknown-app-text' },
  invalid_redirect_uri: { title: 'error-return-address', message: 'error-return-address-text' },
}

const OTHER_FAULT = { title: 'error-of-app', message: 'error-of-app-text' }
