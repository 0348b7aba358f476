import { expect } from 'chai'
import { randomBytes, randomUUID } from 'node:crypto'
import { createRestarts } from '../../src/interaction/restart.ts'
import { packJson, unpackJson } from '../../src/platform/packed-json.ts'
import { createSealer } from '../../src/platform/tokens.ts'

const ISSUER = 'https://id.example.org'
const DICTIONARY = Buffer.from('"name":"')
const sealer = createSealer([randomBytes(32)])
const restarts = createRestarts({ sealer, issuer: ISSUER, clock: () => Date.now() })

const random = () => randomBytes(32).toString('base64url')
const request = () => ({
  client_id: randomUUID(),
  redirect_uri: 'https://shop.example.com/auth/callback/account',
  response_type: 'code',
  scope: 'openid profile email offline_access',
  state: random(),
  nonce: random(),
  code_challenge: random(),
  code_challenge_method: 'S256',
})
const sealedIn = (address: string) => new URL(address, ISSUER).searchParams.get('restart') ?? ''

describe('a packed copy of a request', () => {
  it('takes at most 350 characters of an address for a usual request', () => {
    expect(sealedIn(restarts.pageUrl('u', request())).length).to.be.at.most(350)
  })

  it('is the same request when it is opened', () => {
    const asked = { ...request(), login_hint: 'ünï@bücher.example', claims: '{"id_token":{"email":null}}' }
    const opened = restarts.open(sealedIn(restarts.pageUrl('u', asked)))
    if (opened?.kind !== 'again') throw new Error('not opened')
    expect(Object.fromEntries(new URL(opened.url).searchParams)).to.eql(asked)
  })

  it('is also read where an earlier release sealed it as it was', () => {
    const asked = request()
    const earlier = sealer.seal(JSON.stringify({ atMs: Date.now(), parameters: asked }), 'restart')
    expect(restarts.open(earlier)).to.include({ kind: 'again', url: restarts.authorizeUrl(asked) })
  })

  it('is refused when it unpacks to more than any copy', () => {
    const bytes = packJson({ name: 'a'.repeat(300_000) }, DICTIONARY)
    expect(bytes.length).to.be.below(1000)
    expect(() => unpackJson(bytes, DICTIONARY)).to.throw(RangeError)
  })
})
