import { on, once } from 'node:events'
import { createServer } from 'node:http'
import { expect } from 'chai'
import { stepUpOf } from '../../examples/relying-party/step-up.ts'
import { register, signIn, VERIFIER, challengeOf } from '../provider/relying-party.ts'
import type { Tokens } from '../provider/relying-party.ts'
import { sqliteStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { discover } from '../support/relying-party.ts'
import { examples, PAGES, run } from './pages.ts'

const CALLBACK = 'https://app.example.com/callback'
const WEB_SERVER = ['parameters', 'checks', 'address', 'tokens', 'person']

describe('the examples of signing in', function () {
  let stage: Stage
  let issuer: URL

  before(async () => {
    stage = await sqliteStage()
    issuer = new URL(stage.issuer)
  })

  it('let a web server sign people in, with the client as every example begins', async () => {
    const { clientId, secret: clientSecret } = await register(stage, { redirect_uris: [CALLBACK] })
    const [begin = ''] = examples('clients.md', 'Names in the examples', 1)
    const given = { issuer, clientId, clientSecret }
    const { config } = await run(begin.replace(/^const issuer.*$/m, ''), given, ['config'])
    const [code = ''] = examples('signing-in.md', 'A web server', 1)
    const person = await stage.person()
    // `returned` is what the first half leads to.
    const [before = '', after = ''] = code.split('// At the callback')
    const returned = `const returned = await visit(address)\n// ${after}`
    const visit = (address: URL) => signIn(stage.visitor(), address.href, person)
    const web = { config, visit, session: {}, tryAgain: (words: string) => ({ words }) }
    const made = await run(`${before}${returned}`, web, WEB_SERVER)
    expect(made['person']).to.include({ sub: person.id, email: person.email })
    await surviving(config, code, person)
  })

  /** Two tabs, a refusal, a return that comes twice, and one of another browser. */
  async function surviving(config: unknown, code: string, person: { id: string; email: string }) {
    const [before = '', after = ''] = code.split('// At the callback')
    const session = {}
    const given = { config, session, tryAgain: (words: string) => ({ words }) }
    const begin = async () => String((await run(before, given, ['address']))['address'])
    const finish = (returned: URL, more = {}) =>
      run(`// ${after}`, { ...given, returned, ...more }, ['person', 'tokens'])
    const [first, second] = [await begin(), await begin()]
    const arrived = await signIn(stage.visitor(), first, person)
    const refused = new URL(arrived)
    refused.searchParams.set('state', new URL(second).searchParams.get('state') ?? '')
    refused.searchParams.delete('code')
    refused.searchParams.set('error', 'access_denied')
    expect(await finish(refused)).to.eql({ words: 'access_denied' })
    expect(await finish(arrived, { session: {} })).to.eql({ words: 'not begun here, or used' })
    expect((await finish(arrived))['person'], 'the first of two tabs').to.include({ sub: person.id })
    expect(await finish(arrived), 'a reload').to.eql({ words: 'not begun here, or used' })
    const late = new URL(arrived)
    late.searchParams.set('state', new URL(await begin()).searchParams.get('state') ?? '')
    late.searchParams.set('code', 'expired')
    expect(await finish(late), 'a code that ran out').to.eql({ words: 'invalid_grant' })
  }

  it('let a page in the browser sign people in', async () => {
    const clientId = await publicClient(['https://spa.example.com/'])
    const [code = ''] = examples('signing-in.md', 'A page in the browser', 1)
    const kept = new Map<string, string>()
    const sessionStorage = {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
      removeItem: (name: string) => void kept.delete(name),
    }
    const shown: unknown[] = []
    const paths: unknown[] = []
    const history = { replaceState: (...[, , path]: unknown[]) => paths.push(path) }
    const show = (person: unknown) => shown.push(person)
    const location = { href: 'https://spa.example.com/', toString: () => location.href }
    const browser = { issuer, clientId, location, sessionStorage, history, show }
    await run(code, browser)
    const person = await stage.person()
    location.href = (await signIn(stage.visitor(), location.href, person)).href
    await run(code, browser)
    expect(shown[0]).to.include({ sub: person.id })
    expect(paths).to.eql(['/'])
    expect(kept.size).to.equal(0)
    await run(code, browser)
    expect(shown[1], 'the return once more').to.have.property('error')
    location.href = 'https://spa.example.com/?error=access_denied&state=x'
    await run(code, { ...browser, issuer: new URL('http://localhost:1') })
    expect(shown[2], 'the server is away').to.have.property('error')
    expect(shown).to.have.length(3)
  })

  it('let a native app sign people in over a loopback address', async () => {
    const [json = '{}'] = examples('signing-in.md', 'A native app', 1, 'json')
    const registered = await register(stage, { ...JSON.parse(json), token_endpoint_auth_method: 'none' })
    const [code = ''] = examples('signing-in.md', 'A native app', 1)
    const person = await stage.person()
    const openBrowser = async (address: string) => {
      const returned = await signIn(stage.visitor(), address, person)
      for (const odd of ['/favicon.ico', '//', '/callback?state=forged&code=forged'])
        await fetch(returned.origin + odd).then((page) => page.text())
      return fetch(returned).then((page) => page.text())
    }
    const given = { issuer, clientId: registered.clientId, on, once, createServer, openBrowser }
    const { tokens } = await run(code, given, ['tokens'])
    expect(tokens).to.include.keys('access_token', 'refresh_token', 'id_token')
  })

  it('say how to ask for less, more and other pages', async () => {
    const app = await register(stage)
    const config = await discover(stage.issuer, app.client)
    const parameters = { ...request(app.redirectUri), scope: 'openid email' }
    const [code = ''] = examples('signing-in.md', 'Parameters', 1)
    const made = await run(code, { config, parameters }, ['silent', 'choose', 'create', 'recent'])
    const silent = await stage.visitor().get(String(made['silent']))
    expect(silent.headers.get('location')).to.contain('error=login_required')
    const visitor = stage.visitor()
    expect((await signIn(visitor, String(made['recent']), await stage.person())).search).to.contain('code=')
    expect(await follow(visitor, String(made['choose']))).to.contain('Choose an account')
    expect(await follow(stage.visitor(), String(made['create']))).to.contain('Create your account')
  })

  it('step up', async () => {
    const app = await register(stage)
    const config = await discover(stage.issuer, app.client)
    const { access_token: accessToken } = (await app.tokensFor(await stage.person())) as Tokens
    const challenge = /WWW-Authenticate: ([\s\S]+?)\n```/.exec(PAGES.get('signing-in.md') ?? '')
    const headers = { 'WWW-Authenticate': String(challenge?.[1]).replaceAll(/\s+/g, ' ') }
    const refuse = () => Promise.resolve(new Response('', { status: 401, headers }))
    const [code = ''] = examples('signing-in.md', 'Levels of authentication and step-up', 1)
    const sent: URL[] = []
    const given = { config, accessToken, stepUpOf, parameters: {}, fetch: refuse }
    await run(code, { ...given, redirect: (to: URL) => sent.push(to) })
    expect(Object.fromEntries(sent[0]?.searchParams ?? [])).to.include({
      max_age: '300',
      acr_values: 'urn:account-server:acr:password',
    })
  })

  it('refresh tokens, and end them', async () => {
    const app = await register(stage)
    const config = await discover(stage.issuer, app.client)
    const tokens = await app.tokensFor(await stage.person())
    const [refresh = '', end = ''] = examples('signing-in.md', 'Tokens', 2)
    const { refreshToken } = await run(refresh, { config, tokens }, ['refreshToken'])
    expect(refreshToken).to.equal(tokens.refresh_token)
    const dead = { config, tokens: { refresh_token: 'revoked' }, signInAgain: () => ({ again: true }) }
    expect(await run(refresh, dead)).to.eql({ again: true })
    await run(end, { config, tokens })
    for (const token of [tokens.access_token, tokens.refresh_token])
      expect((await app.introspect(token)).text, token).to.equal('{"active":false}')
  })

  async function publicClient(redirectUris: string[]): Promise<string> {
    const client = { redirect_uris: redirectUris, token_endpoint_auth_method: 'none' as const }
    return (await register(stage, client)).clientId
  }
})

function request(redirectUri: string) {
  return {
    redirect_uri: redirectUri,
    code_challenge: challengeOf(VERIFIER),
    code_challenge_method: 'S256',
  }
}

/** The page that an address leads to. */
async function follow(visitor: ReturnType<Stage['visitor']>, address: string): Promise<string> {
  let page = await visitor.get(address)
  for (let turn = 0; turn < 4 && page.headers.get('location'); turn += 1)
    page = await visitor.get(page.headers.get('location') ?? '')
  return page.text
}
