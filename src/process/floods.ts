/** Builds the middleware that refuses floods before they cost anything. */
import { verifyDeviceCookie } from '../attempts/known-browser.ts'
import { networksOf } from '../attempts/network.ts'
import { formGate } from '../http/form-gate.ts'
import { createOverloadAnswers } from '../http/overload.ts'
import type { Templates } from '../http/render.ts'
import { roughLanguage } from '../http/request/request-language.ts'
import { createDeviceCookie } from '../interaction/known-browser-cookie.ts'
import { CHALLENGE_PATH } from '../provider/endpoints/addresses.ts'
import { LANGUAGES } from '../words/catalogue.ts'
import type { Parts } from './start/parts.ts'

/** Pages that show the form again at the address of the form. */
const SHOWS_FORM = /^\/(?:sign-in|register|forgot|device|account\/password|interaction\/[^/]+\/sign-in)$/
/** Other forms of an interaction, with their page one level up. */
const OF_INTERACTION = /^\/interaction\/[^/]+\/[^/]+$/
const BACK_HREFS = { here: '', up: '.', start: '/' } as const

export function createOverload({ config, clock, hasher, log }: Parts, templates: Templates) {
  const deviceCookie = createDeviceCookie({ config, clock })
  return {
    answer: createOverloadAnswers({
      log,
      renderPage: ({ code, status, language, backHref, minutes }) =>
        templates('overload', language, {
          title: `error-title-${status}`,
          heading: `error-title-${status}`,
          message: { id: `error-${code.replaceAll('_', '-')}`, args: { minutes } },
          backHref,
          backLabel: backHref === BACK_HREFS.start ? 'error-back-to-start' : 'error-try-again',
        }),
      languages: Object.keys(LANGUAGES),
      languageOf: (ctx) => roughLanguage(ctx, config.secure),
      backHrefs: Object.values(BACK_HREFS),
      backHref: backHrefOf,
    }),
    gate: formGate({
      clock,
      ...config.limits,
      networksOf: (ip) => (config.limits.isUnlimited(ip) ? [] : networksOf(ip)),
      // Forms of our own pages, and the one endpoint that takes a password like them.
      isForm: (path) => !path.startsWith('/oauth/') || path === CHALLENGE_PATH,
      hashes: (path) => path === CHALLENGE_PATH || /(?:^|\/)(?:sign-in|register)$/.test(path),
      isFull: hasher.isFull,
      knownBrowser: (ctx) =>
        verifyDeviceCookie(config.keys.device, deviceCookie.read(ctx), clock())?.deviceId,
    }),
  }
}

function backHrefOf(path: string): string {
  if (SHOWS_FORM.test(path)) return BACK_HREFS.here
  return OF_INTERACTION.test(path) ? BACK_HREFS.up : BACK_HREFS.start
}
