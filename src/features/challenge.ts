/** Gathers what the authorization challenge endpoint needs from the process's parts. */
import type { Provider } from 'oidc-provider'
import { createAccountNeeds } from '../process/account-needs.ts'
import { signIn } from '../accounts/sign-in.ts'
import { installAuthorizationChallenge } from '../protocol/challenge/authorization-challenge.ts'
import type { GrantNeeds } from '../provider/grants/grant.ts'
import type { Lifetimes } from '../provider/grants/lifetimes.ts'
import type { FlowLimits } from '../provider/records/flow-limits.ts'
import type { Parts } from '../process/parts.ts'

type Given = { lifetimes: Lifetimes; grantSeconds: GrantNeeds['grantSeconds']; limits: FlowLimits }

export function createChallengeFeatures(parts: Parts, given: Given) {
  const { config, db, clock, store, sealer } = parts
  const accounts = createAccountNeeds(parts)
  const needs = {
    ...given,
    db,
    clock,
    store,
    sealer,
    maxActive: config.sessions.maxActive,
    unverifiedMayAuthorize: config.accounts.unverifiedMayAuthorize,
    deviceKey: config.keys.device,
    signIn: (fields: Parameters<typeof signIn>[1]) => signIn(accounts, fields),
  }
  return { install: (provider: Provider) => installAuthorizationChallenge(provider, needs) }
}
