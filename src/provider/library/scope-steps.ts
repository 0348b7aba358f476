/** Steps of our own around the library's check of the scope that an authorization request asks for. */
import type { KoaContextWithOIDC } from 'oidc-provider'
import authorizationSteps from 'oidc-provider/lib/actions/authorization/index.js'
import { checkScope } from 'oidc-provider/lib/actions/authorization/scopes.js'
import { forOwn } from './own-providers.ts'

type Step = (ctx: KoaContextWithOIDC, next: () => Promise<unknown>) => unknown

/** Where a person is asked in the end: at once, after a pushed request (RFC 9126), or on another device (RFC 8628). */
const ENDPOINTS = ['authorization', 'pushed_authorization_request', 'device_authorization'] as const

/** Runs `before` ahead of that check, and `after` when it has passed. To be called before one is built. */
export function aroundScopeCheck(before: Step, after: Step): void {
  for (const endpoint of ENDPOINTS) {
    const steps = authorizationSteps(endpoint)
    if (steps.includes(forOwn(before))) continue
    const at = steps.indexOf(checkScope)
    if (at < 0) throw new TypeError(`${endpoint} has no step that checks the scope`)
    steps.splice(at, 1, forOwn(before), checkScope, forOwn(after))
  }
}
