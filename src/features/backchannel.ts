/** Builds backchannel authentication (CIBA) from the process's parts: what the provider needs, and what the page does. */
import { REQUESTS_PATH } from '../accounts/account-pages.ts'
import type { Resource } from '../resources/resources.ts'
import type { Oidc } from '../provider/current-provider.ts'
import { answerRequest } from '../protocol/ciba/answer-request.ts'
import type { GivenAnswer } from '../protocol/ciba/answer-request.ts'
import { listOpenRequests } from '../protocol/ciba/backchannel-requests.ts'
import type { CibaNeeds } from '../protocol/ciba/ciba.ts'
import type { GrantNeeds } from '../provider/grants/grant.ts'
import { resourceScopeTitle } from '../provider/grants/scope-words.ts'
import type { Parts } from '../process/parts.ts'

export function cibaNeeds({ config, db, clock, store, sealer, outbox }: Parts): CibaNeeds {
  return {
    db,
    clock,
    store,
    sealer,
    outbox,
    key: config.keys.index,
    requestsUrl: new URL(REQUESTS_PATH, config.issuer).href,
    unverifiedMayAuthorize: config.accounts.unverifiedMayAuthorize,
  }
}

type PageNeeds = {
  oidc: Oidc
  grantSeconds: GrantNeeds['grantSeconds']
  findResource: (identifier: string) => Promise<Resource | undefined>
}

/** What the account's page of requests works with. */
export function createRequestsPage({ config, db, clock, sealer }: Parts, needed: PageNeeds) {
  const { oidc, grantSeconds, findResource } = needed
  const needs = {
    db,
    clock,
    sealer,
    key: config.keys.index,
    provider: oidc.current,
    grantSeconds,
    findResource,
  }
  return {
    clock,
    openRequests: (accountId: string) => listOpenRequests(db, accountId, clock()),
    answer: (given: GivenAnswer) => answerRequest(needs, given),
    async scopeTitle(resources: readonly string[], scope: string): Promise<string> {
      const found = await Promise.all(resources.map(findResource))
      const knowing = found.find((resource) => resource?.scopes.split(' ').includes(scope))
      const title = resourceScopeTitle(knowing, scope)
      return knowing?.name ? `${title} (${knowing.name})` : title
    },
    clientName: async (id: string) => (await oidc.current().Client.find(id))?.clientName,
  }
}
