/**
 * Mounts the authorization challenge endpoint (draft-ietf-oauth-first-party-apps), where apps of this organisation sign
 * people in with their own forms. Other sign-ins use `pages/sign-in`.
 */
import type { Feature } from '../../feature.ts'
import { CHALLENGE_PATH } from '../../provider/endpoints/addresses.ts'
import type { Services } from '../../services.ts'
import { installAuthorizationChallenge } from './authorization-challenge.ts'
import { CHALLENGE_CODES } from './challenge-code.ts'

export function challenge(services: Services): Feature {
  const { config } = services
  return {
    protocol: ({ limits }) => ({
      metadata: { authorization_challenge_endpoint: `${config.issuer}${CHALLENGE_PATH}` },
      grants: [CHALLENGE_CODES],
      install: (provider) => installAuthorizationChallenge(provider, { ...services, limits }),
    }),
  }
}
