/**
 * Answers requests that are refused by overload. The bytes are made once and sent after a pause, with no log line
 * for each. The pause costs this process a timer and its caller a socket. With sixty sockets a flooder gets sixty
 * answers a second.
 */
import type { Overload, OverloadCode } from '../platform/errors.ts'
import { SECOND_MS } from '../platform/clock.ts'
import type { Logger } from '../platform/logging/log.ts'
import { requestState } from './request/request-state.ts'
import type { AnyContext } from './request/request-state.ts'
import { allowOwnScripts } from './security-headers.ts'

export type OverloadPage = {
  status: number
  code: OverloadCode
  language: string
  backHref: string
  /** Until another attempt; 0 for a moment. */
  minutes: number
}

export type OverloadNeeds = {
  log: Logger
  /** The HTML of each page that may be needed; called at start, and once for each number of minutes. */
  renderPage: (page: OverloadPage) => string
  /** Of the pages. */
  languages: readonly string[]
  /** One of these languages, for a reader. Called for each refused request of a browser, so it has to be cheap. */
  languageOf: (ctx: AnyContext) => string
  /** Where a person goes on after a refused form at this path, relative to it. */
  backHrefs: readonly string[]
  backHref: (path: string) => string
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
  const pages = renderedOnce(needs)
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
    const html = ctx.accepts('json', 'html') === 'html'
    ctx.type = html ? 'html' : 'json'
    // One script: after it, a reload opens the page of the form and sends nothing.
    if (html) allowOwnScripts(ctx)
    ctx.body = html
      ? pages(needs.languageOf(ctx), needs.backHref(ctx.path), { code, retryAfterSeconds })
      : JSON.stringify({ error: code, error_description: message })
    ctx.status = status
    ctx.vary('Accept')
    ctx.set('Cache-Control', 'no-store')
    ctx.set('Retry-After', String(retryAfterSeconds ?? 1))
  }
}

type PageOf = (
  language: string,
  backHref: string,
  why: Pick<Overload, 'code' | 'retryAfterSeconds'>,
) => Buffer

/** The pages that name no time are there from the start. */
function renderedOnce(needs: OverloadNeeds): PageOf {
  const pages = new Map<string, Buffer>()
  const page: PageOf = (language, backHref, { code, retryAfterSeconds }) => {
    const minutes = code === 'too_many_attempts' ? minutesOf(retryAfterSeconds ?? 0) : 0
    const key = `${code} ${language} ${backHref} ${minutes}`
    const { status } = OVERLOAD_WORDS[code]
    const made =
      pages.get(key) ?? Buffer.from(needs.renderPage({ code, status, language, backHref, minutes }))
    pages.set(key, made)
    return made
  }
  for (const code of Object.keys(OVERLOAD_WORDS) as OverloadCode[])
    for (const language of needs.languages)
      for (const backHref of needs.backHrefs) page(language, backHref, { code, retryAfterSeconds: 0 })
  return page
}

/** Few numbers, so that few pages are kept: whole minutes, and above ten of them tens. */
function minutesOf(seconds: number): number {
  const minutes = Math.ceil(seconds / 60)
  return minutes <= 10 ? minutes : Math.min(1440, Math.ceil(minutes / 10) * 10)
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
