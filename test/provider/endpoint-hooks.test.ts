import { expect } from 'chai'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { byEndpoint } from '../../src/provider/contract/protocol-part.ts'

describe('hooks at an endpoint', () => {
  it('run for the endpoints that they name alone, in the order of the features', async () => {
    const ran: string[] = []
    const hook = (name: string) => () => void ran.push(name)
    const hooks = byEndpoint([
      { at: ['token', 'userinfo'], run: hook('first') },
      { at: ['introspection'], run: hook('another') },
      { at: ['token'], run: hook('second') },
    ])
    for (const run of hooks.get('token') ?? []) await run(at('token'))
    expect(ran).to.eql(['first', 'second'])
    expect([...hooks.keys()]).to.eql(['token', 'userinfo', 'introspection'])
  })
})

function at(route: string): KoaContextWithOIDC {
  return { oidc: { route } } as unknown as KoaContextWithOIDC
}
