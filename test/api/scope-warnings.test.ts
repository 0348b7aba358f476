import { expect } from 'chai'
import { sqliteStage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'

describe('scopes without a text', () => {
  it('are named to who registers the API or an app for it, and in the log', async () => {
    const stage = await sqliteStage()
    const api = await createCaller(stage, ['clients:manage', 'resources:manage'])
    const token = await api.ownToken()
    const register = (path: string, body: object) => api.call('POST', path, { token, body })
    const identifier = `https://bare-${Date.now()}.example.com/v1`

    const made = await register('/resources', { identifier, scope: 'a b', scope_texts: { a: 'See' } })
    expect(String(made.json()['warnings']), made.text).to.contain(`scopes of ${identifier}: b.`)
    expect(stage.log()).to.contain('resource.scopes_without_text')

    const app = {
      client_name: 'Reader',
      grant_types: ['client_credentials'],
      allowed_resources: [identifier],
    }
    expect((await register('/clients', app)).json()['warnings']).to.eql(made.json()['warnings'])
    expect(stage.log()).to.contain('client.scopes_without_text')
    const ownApp = { ...app, first_party: true }
    expect((await register('/clients', ownApp)).json()).not.to.have.property('warnings')
  })
})
