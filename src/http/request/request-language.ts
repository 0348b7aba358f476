/** The language of a page, and the cookie of a choice on a page. */
import { languageOf } from '../../words/reader-language.ts'
import type { Clock } from '../../platform/clock.ts'
import { cookieName, cookieOf } from './cookies.ts'
import { requestState } from './request-state.ts'
import type { AnyContext } from './request-state.ts'

const YEAR_MS = 365 * 24 * 3_600_000
/** So long, a choice outranks what the app and the account ask for. */
const FRESH_MS = 3_600_000

export type LanguageRules = {
  /** True when the issuer is https. */
  secure: boolean
  clock: Clock
  /** The pseudo-language may be asked for. */
  developer?: boolean
}

/**
 * The reader's choice of the last hour. Then what the app asked for (`ui_locales`), the language of the account, an earlier
 * choice, and what the browser prefers (RFC 9110 §12.5.4). Else English.
 */
export function requestLanguage(
  ctx: AnyContext,
  { secure, clock, developer = false }: LanguageRules,
): string {
  const { uiLocales = ctx.query?.['ui_locales'], readerLocale } = requestState(ctx)
  const choice = readChoice(ctx, secure)
  const isFresh = choice !== undefined && clock() - choice.atMs < FRESH_MS
  const wanted = [
    ...(isFresh ? [choice.language] : []),
    ...(typeof uiLocales === 'string' ? uiLocales.split(' ') : []),
    ...(readerLocale ? [readerLocale] : []),
    ...(choice ? [choice.language] : []),
    ...acceptedLanguages(ctx),
  ]
  return languageOf(wanted.slice(0, MOST_TAGS), { developer }) ?? 'en'
}

const MOST_TAGS = 20

/** Keeps the choice in this browser for a year. */
export function rememberChoice(ctx: AnyContext, language: string, { secure, clock }: LanguageRules): void {
  const options = { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: false } as const
  ctx.cookies.set(cookieName('language', secure), `${language}.${clock()}`, { ...options, maxAge: YEAR_MS })
}

function readChoice(ctx: AnyContext, secure: boolean): { language: string; atMs: number } | undefined {
  const [language, atMs] = (cookieOf(ctx, cookieName('language', secure)) ?? '').split('.')
  return language ? { language, atMs: Number(atMs) || 0 } : undefined
}

function acceptedLanguages(ctx: AnyContext): string[] {
  const found = ctx.acceptsLanguages?.() ?? []
  return [found].flat().filter((tag) => tag !== '*')
}
