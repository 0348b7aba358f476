/**
 * Mounts the authorization challenge endpoint (draft-ietf-oauth-first-party-apps), where apps of this organisation sign
 * people in with their own forms. Other sign-ins use `pages/sign-in`.
 */
import { signIn } from '../../accounts/journeys/sign-in.ts'
import type { Feature } from '../../feature.ts'
import { CHALLENGE_PATH } from '../../provider/endpoints/addresses.ts'
import { grantSecondsOf, lifetimesOf } from '../../provider/grants/lifetimes.ts'
import type { Services } from '../../services.ts'
import { installAuthorizationChallenge } from './authorization-challenge.ts'
import { CHALLENGE_CODES } from './challenge-code.ts'

export function challenge(services: Services): Feature {
  const { config } = services
  const lifetimes = lifetimesOf(config)
  const needs = {
    ...services,
    lifetimes,
    grantSeconds: grantSecondsOf(lifetimes),
    maxActiveSessions: config.sessions.maxActiveSessions,
    unverifiedAccountsMayAuthorize: config.accounts.unverifiedAccountsMayAuthorize,
    deviceKey: config.keys.device,
    signIn: (fields: Parameters<typeof signIn>[1]) => signIn(services, fields),
  }
  return {
    protocol: ({ limits }) => ({
      metadata: { authorization_challenge_endpoint: `${config.issuer}${CHALLENGE_PATH}` },
      grants: [CHALLENGE_CODES],
      install: (provider) => installAuthorizationChallenge(provider, { ...needs, limits }),
    }),
  }
}
