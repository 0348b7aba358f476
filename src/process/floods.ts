/** Builds the middleware that refuses floods before they cost anything. */
import { verifyDeviceCookie } from '../attempts/known-browser.ts'
import { networksOf } from '../attempts/network.ts'
import { formGate } from '../http/form-gate.ts'
import { createOverloadAnswers } from '../http/overload.ts'
import type { OverloadNeeds } from '../http/overload.ts'
import { createDeviceCookie } from '../interaction/known-browser-cookie.ts'
import { CHALLENGE_PATH } from '../provider/endpoints/addresses.ts'
import type { Parts } from './start/parts.ts'

export function createOverload({ config, clock, hasher, log }: Parts, pages: Omit<OverloadNeeds, 'log'>) {
  const deviceCookie = createDeviceCookie({ config, clock })
  return {
    answer: createOverloadAnswers({ ...pages, log }),
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
