import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Script } from 'node:vm'
import { expect } from 'chai'
import * as oidc from 'openid-client'
import { BLOCKS, PAGES } from './pages.ts'

const HOME = join(import.meta.dirname, '../..')
const scripts = BLOCKS.filter(({ language }) => language === 'js')

describe('the pages for developers of clients', () => {
  it('have examples that can be read', () => {
    expect(scripts).to.have.length.above(20)
    for (const { code } of scripts) {
      const body = code.replaceAll(/^import .*$/gm, '')
      expect(() => new Script(`async () => {\n${body}\n}`), code).not.to.throw()
    }
  })

  it('call what openid-client has', () => {
    const called = [...PAGES.values()].flatMap((text) => [...text.matchAll(/\boidc\.(\w+)/g)])
    expect(called).to.have.length.above(40)
    for (const [, name = ''] of called) expect(oidc, name).to.have.property(name)
  })

  it('have no example that no test runs', () => {
    const tests = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'))
    const sources = tests.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8')).join('')
    for (const { page, heading } of scripts)
      expect(sources, `${page}: ${heading}`).to.include(`examples('${page}', '${heading}', `)
  })

  it('use few lines each, and no more than can be read at a time', () => {
    for (const [page, text] of PAGES) expect(text.split('\n').length, page).to.be.below(300)
  })

  const SHOWN: [string, RegExp][] = [
    ['a code with PKCE', /oidc\.authorizationCodeGrant\(/],
    ['a refresh', /oidc\.refreshTokenGrant\(/],
    ['client credentials', /oidc\.clientCredentialsGrant\(/],
    ['a device', /oidc\.initiateDeviceAuthorization\(/],
    ['CIBA', /oidc\.initiateBackchannelAuthentication\(/],
    ['token exchange', /grant-type:token-exchange/],
    ['the challenge endpoint', /authorization_challenge_endpoint/],
    ['a pushed request', /buildAuthorizationUrlWithPAR/],
    ['a signed request and answer', /buildAuthorizationUrlWithJAR[\s\S]*useJwtResponseMode/],
    ['DPoP', /oidc\.getDPoPHandle\(/],
    ['client certificates', /oidc\.TlsClientAuth\(/],
    ['dynamic registration', /dynamicClientRegistration\(/],
    ['FAPI 2.0', /## FAPI 2\.0/],
    ['client documents and MCP', /## MCP/],
    ['signing out', /buildEndSessionUrl/],
    ['introspection', /oidc\.tokenIntrospection\(/],
  ]
  const all = [...PAGES.values()].join('\n')
  for (const [what, shown] of SHOWN)
    it(`show ${what}`, () => {
      expect(all).to.match(shown)
    })
})

describe('links and pictures of the documents', () => {
  const names = readdirSync(join(HOME, 'docs'), { recursive: true, encoding: 'utf8' })
  const documents = [
    ...readdirSync(HOME).filter((name) => name.endsWith('.md')),
    ...names.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
  ]
  const textOf = (name: string) => readFileSync(join(HOME, name), 'utf8')

  it('show every picture that is kept', () => {
    const texts = documents.map(textOf).join('')
    for (const picture of readdirSync(join(HOME, 'docs/images')))
      expect(texts, picture).to.include(`images/${picture}`)
  })

  it('lead to headings that exist', () => {
    let checked = 0
    for (const document of documents)
      for (const [, file = '', anchor = ''] of textOf(document).matchAll(/\]\(([^)#:\s]*)#([^)\s]+)\)/g)) {
        const target = file ? join(dirname(document), file) : document
        expect(existsSync(join(HOME, target)), `${document}: ${target}`).to.equal(true)
        expect(anchorsOf(textOf(target)), `${document}: ${file}#${anchor}`).to.include(anchor)
        checked += 1
      }
    expect(checked).to.be.above(40)
  })
})

/** As GitHub makes them: lower case, no punctuation, hyphens for spaces. */
function anchorsOf(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '')
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
