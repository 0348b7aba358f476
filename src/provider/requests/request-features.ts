/** The library's features for requests: what an authorization request may carry, and how it may be answered. */
import type { Configuration } from 'oidc-provider'
import { richAuthorizationRequests, withDetailsResources } from './authorization-details.ts'
import type { DetailsType } from '../../resources/details-type.ts'
import { LANGUAGES } from '../../words/catalogue.ts'
import { assertRequestObject } from './request-object.ts'

type Features = NonNullable<Configuration['features']>

export function requestFeatures(types: readonly DetailsType[], indicators: Features['resourceIndicators']) {
  return {
    claimsParameter: { enabled: true },
    // RFC 9126: a pushed request is valid for a minute, for one client and one answer.
    pushedAuthorizationRequests: { enabled: true },
    requestObjects: { enabled: true, assertJwtClaimsAndHeader: assertRequestObject },
    jwtResponseModes: { enabled: true },
    webMessageResponseMode: { enabled: true, ack: 'individual-draft-01' },
    richAuthorizationRequests: richAuthorizationRequests(types),
    resourceIndicators: withDetailsResources(indicators, types),
  } as Partial<Features>
}

/** Parameters that the library would drop: which other provider a person signs in with. `pages/sign-in` reads them. */
export const PROVIDER_HINTS = ['idp_hint', 'kc_idp_hint', 'domain_hint']

/** Metadata beyond the library's own. */
export const REQUEST_METADATA = {
  prompt_values_supported: ['none', 'login', 'consent', 'select_account', 'create'],
  ui_locales_supported: Object.keys(LANGUAGES),
}
