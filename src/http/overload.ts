/**
 * Answers requests that are refused by overload, after a pause and with no log line for each. The pause costs this
 * process a timer and its caller a socket. With sixty sockets a flooder gets sixty answers a second.
 */
import type { Overload } from '../platform/errors.ts'
import { SECOND_MS } from '../platform/clock.ts'
import type { Logger } from '../platform/logging/log.ts'
import type { LeadElsewhere, RenderErrorPage } from './public-error.ts'
import { requestState } from './request/request-state.ts'
import type { AnyContext } from './request/request-state.ts'
import { wantsPage } from './request/wants-page.ts'

export type OverloadNeeds = {
  renderErrorPage: RenderErrorPage
  leadElsewhere?: LeadElsewhere
  log: Logger
  /** The pause before an answer. Default: 1 s. */
  pauseMs?: number
  /** The most answers that wait at once. Default: 1,000. Further ones are sent at once, and their connection closes. */
  mostWaiting?: number
  /** The interval between two log lines. Default: 10 s. */
  logEveryMs?: number
}

export type AnswerOverload = (ctx: AnyContext, error: Overload) => Promise<void>

/** The answers for programs. Fixed, so that they are the same for every address and network. */
export const OVERLOAD_WORDS = {
  too_many_attempts: {
    status: 429,
    message: 'Signing in pauses here for a few minutes, after too many attempts. Please try again later.',
  },
  too_many_requests: {
    status: 429,
    message: 'Too many requests came from your network. Please wait a little and try again.',
  },
  hashing_busy: {
    status: 503,
    message: 'Too many people are signing in right now. Please try again in a moment.',
  },
} as const

export function createOverloadAnswers(needs: OverloadNeeds): AnswerOverload {
  const { pauseMs = SECOND_MS, mostWaiting = 1000 } = needs
  const count = countedInLog(needs)
  let waiting = 0
  return async (ctx, { code, retryAfterSeconds }) => {
    const { status, message } = OVERLOAD_WORDS[code]
    requestState(ctx).folded = true
    count(code)
    if (waiting < mostWaiting) {
      waiting += 1
      await pause(ctx, pauseMs).finally(() => (waiting -= 1))
    } else ctx.set('Connection', 'close')
    if (!ctx.writable) return
    const failure = { status, code, message, retryAfterSeconds }
    if (needs.leadElsewhere?.(ctx, failure)) return
    if (wantsPage(ctx)) await needs.renderErrorPage(ctx, failure)
    else {
      ctx.type = 'json'
      ctx.body = JSON.stringify({ error: code, error_description: message })
    }
    ctx.status = status
    ctx.vary('Accept')
    ctx.set('Cache-Control', 'no-store')
    ctx.set('Retry-After', String(retryAfterSeconds ?? 1))
  }
}

/** One line now and then instead of one for each: how many were refused since the last, by reason. */
function countedInLog({ log, logEveryMs = 10 * SECOND_MS }: OverloadNeeds): (code: string) => void {
  const refused = new Map<string, number>()
  return (code) => {
    if (refused.size === 0)
      setTimeout(() => {
        log.warn({ refused: Object.fromEntries(refused), seconds: logEveryMs / SECOND_MS }, 'http.overloaded')
        refused.clear()
      }, logEveryMs).unref()
    refused.set(code, (refused.get(code) ?? 0) + 1)
  }
}

/** Ends early when the peer closes the connection. */
function pause(ctx: AnyContext, durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      ctx.res.off('close', done)
      resolve()
    }
    const timer = setTimeout(done, durationMs)
    ctx.res.once('close', done)
  })
}
