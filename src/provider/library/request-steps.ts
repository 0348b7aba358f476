/** Steps of our own between the reading of a request's body and everything that looks at its parameters. */
import type { KoaContextWithOIDC } from 'oidc-provider'
import getAuthorization from 'oidc-provider/lib/actions/authorization/index.js'
import * as codeVerification from 'oidc-provider/lib/actions/code_verification.js'
import * as endSession from 'oidc-provider/lib/actions/end_session.js'
import introspection from 'oidc-provider/lib/actions/introspection.js'
import * as registration from 'oidc-provider/lib/actions/registration.js'
import revocation from 'oidc-provider/lib/actions/revocation.js'
import token from 'oidc-provider/lib/actions/token.js'
import userinfo from 'oidc-provider/lib/actions/userinfo.js'
import { json, urlencoded } from 'oidc-provider/lib/shared/selective_body.js'
import { forOwn } from './own-providers.ts'

type Step = (ctx: KoaContextWithOIDC, next: () => Promise<unknown>) => unknown

/** Endpoints that share the library's list of steps for a request to be let in. */
const ASKING = [
  'authorization',
  'device_authorization',
  'pushed_authorization_request',
  'backchannel_authentication',
]

const added = new Set<Step>()

/**
 * Adds a step at every endpoint that reads a body or a query; to be called before a provider is built.
 * @throws TypeError when an endpoint of the library no longer has a step that reads
 */
export function beforeParameters(step: Step): void {
  if (added.has(step)) return
  added.add(step)
  const endpoints: unknown[][] = ASKING.map((name) => getAuthorization(name))
  endpoints.push(token, introspection, revocation, userinfo, codeVerification.post)
  endpoints.push(endSession.init, endSession.confirm, registration.post, registration.put)
  for (const steps of endpoints) {
    const at = steps.findIndex((one) => one === urlencoded || one === json)
    if (at < 0) throw new TypeError('an endpoint of the library has no step that reads its body')
    steps.splice(at + 1, 0, forOwn(step))
  }
}

/** The same for an endpoint of our own. */
export function afterReading(): readonly Step[] {
  return [...added]
}
