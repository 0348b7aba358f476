import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { createLocalJWKSet, jwtVerify } from 'jose'
import type { JSONWebKeySet } from 'jose'
import * as oidc from 'openid-client'
import { embeddedPlace, servicePlace } from '../cli/command-line.ts'
import type { Place } from '../cli/command-line.ts'
import { discover, startRelyingParty } from '../support/relying-party.ts'
import type { RelyingParty } from '../support/relying-party.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import { createVisitor } from '../support/visitor.ts'

describe('An app of an embedded server that becomes a service', function () {
  let old: RunningServer
  let app: RelyingParty
  let place: Place
  let folder: Place
  let service: RunningServer

  before(async () => {
    ;[old, place] = await Promise.all([startServer({ store: 'sqlite' }), servicePlace()])
    folder = embeddedPlace()
    app = await startRelyingParty(old)
  })
  after(async () => {
    await service?.stop()
    await old?.stop()
    await app?.stop()
    await place?.remove()
    await folder?.remove()
  })

  it('works on with its id and secret: same sub, same consent, old password, and old tokens verify [A21]', async () => {
    const { account, email, password } = await old.createAccount()
    const before = createVisitor(old.issuer)
    const request = await app.begin()
    const consent = await before.followForm(await before.get(request.url), { email, password })
    const allowed = await before.followForm(consent, { decision: 'allow' }, { action: '/consent' })
    const tokens = await app.finish(request, allowed.headers.get('location')!)

    const file = join(folder.folder, 'moving.ndjson')
    const passphrase = join(folder.folder, 'passphrase.txt')
    writeFileSync(passphrase, 'seven grey kettles\n')
    const embedded = Object.fromEntries(
      Object.entries(old.env).filter(([name]) => name.startsWith('ACCOUNT_SERVER_')),
    )
    await folder.json(['export', file, '--passphrase-file', passphrase], embedded)
    const report = await place.json(['import', file, '--passphrase-file', passphrase])
    expect(report).to.include({ refused: 0 })
    // Each test server has an issuer of its own.
    const { ACCOUNT_SERVER_ISSUER: _, ...env } = place.env
    service = await startServer({ store: 'mariadb+redis', env })

    const config = await discover(service.issuer, app.client)
    const verifier = oidc.randomPKCECodeVerifier()
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: app.redirectUri,
      scope: 'openid email profile',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    const visitor = createVisitor(service.issuer)
    const page = await visitor.get(url)
    expect(page.heading, 'sessions are not moved').to.contain('Sign in')
    const back = await visitor.followForm(page, { email, password })
    expect(back.headers.get('location'), 'no second consent').to.contain(`${app.redirectUri}?code=`)
    const again = await oidc.authorizationCodeGrant(config, new URL(back.headers.get('location')!), {
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    })
    expect(again.claims()?.sub).to.equal(tokens.claims()?.sub)
    const published = (await (await fetch(`${service.issuer}/oauth/jwks`)).json()) as JSONWebKeySet
    const { payload } = await jwtVerify(tokens.id_token!, createLocalJWKSet(published))
    expect(payload.sub, 'signed before the move').to.equal(account.id)
    const info = await oidc.fetchUserInfo(config, again.access_token, account.id)
    expect(info).to.include({ email })
  })
})
