import { expect } from 'chai'
import { apiRoutes } from '../../src/operations/operations.routes.ts'
import type { ApiNeeds } from '../../src/operations/operations.routes.ts'
import { openPagelessSite } from '../../src/process/pageless-provider.ts'
import { DIRECT_PATHS } from '../../src/provider/endpoints/addresses.ts'
import { openStage } from './stage.ts'
import type { Stage } from './stage.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

describe('an address that goes to the library at once', () => {
  let stage: Stage

  // Every feature mounts what it can: registration is open, and the documents of the API are shown.
  before(async () => {
    const env = { ACCOUNT_SERVER_CLIENT_REGISTRATION: 'open', ACCOUNT_SERVER_DOCS: 'true' }
    stage = await openStage({ store: 'sqlite', env })
  })
  after(() => stage.stop())

  /** Everything that a server mounts before the library or after it. */
  async function routers() {
    const { features } = stage.parts
    const site = await openPagelessSite(stage.parts)
    const operations = features.flatMap(({ api }) => api?.(site) ?? [])
    return [
      ...features.flatMap(({ endpoints }) => endpoints?.(site) ?? []),
      ...features.flatMap(({ pages }) => pages?.(site, operations) ?? []),
      apiRoutes({} as ApiNeeds, operations, {}),
    ]
  }

  it('has no route of a feature, which would never be reached', async () => {
    const mounted = await routers()
    const served = (path: string) =>
      METHODS.filter((method) => mounted.some((router) => router.match(path, method).route))
    expect(served('/account')).to.eql(['GET', 'HEAD', 'POST'])
    expect(DIRECT_PATHS.size).to.be.above(5)
    for (const path of DIRECT_PATHS) expect(served(path), path).to.eql([])
  })
})
