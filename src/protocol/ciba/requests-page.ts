/** Connects the account's page of requests with the domain functions. */
import type { Site } from '../../feature.ts'
import { grantSecondsOf, lifetimesOf } from '../../provider/grants/lifetimes.ts'
import { resourceScopeTitle } from '../../provider/grants/scope-words.ts'
import type { Services } from '../../services.ts'
import { answerRequest } from './answer-request.ts'
import type { PersonAnswer } from './answer-request.ts'
import { listOpenRequests } from './backchannel-requests.ts'

export function createRequestsPage({ config, db, clock, sealer }: Services, { oidc, findResource }: Site) {
  const needs = {
    db,
    clock,
    sealer,
    key: config.keys.index,
    provider: oidc.current,
    grantSeconds: grantSecondsOf(lifetimesOf(config)),
    findResource,
  }
  return {
    clock,
    openRequests: (accountId: string) => listOpenRequests(db, accountId, clock()),
    answer: (answer: PersonAnswer) => answerRequest(needs, answer),
    async scopeTitle(resources: readonly string[], scope: string): Promise<string> {
      const found = await Promise.all(resources.map(findResource))
      const knowing = found.find((resource) => resource?.scopes.split(' ').includes(scope))
      const title = resourceScopeTitle(knowing, scope)
      return knowing?.name ? `${title} (${knowing.name})` : title
    },
    clientName: async (id: string) => (await oidc.current().Client.find(id))?.clientName,
  }
}
