import { expect } from 'chai'
import { DEVICE_GRANT } from '../../../src/clients/client-choices.ts'
import { isMounted, mountedGrants } from '../../support/mounted.ts'
import { register } from '../relying-party.ts'
import type { Party } from '../relying-party.ts'
import type { Answer } from '../send.ts'
import { STAGES } from '../stage.ts'
import type { Stage } from '../stage.ts'

const KIB = 1024

for (const { name, stage: open } of STAGES)
  describe(`the size of what a request leaves behind, on two processes with ${name}`, function () {
    let stage: Stage
    let app: Party

    before(async () => {
      stage = await open()
      app = await register(stage, {
        grant_types: mountedGrants(['authorization_code', DEVICE_GRANT]),
      })
    })

    const pushedFields = (state: string) => ({
      redirect_uri: app.redirectUri,
      response_type: 'code',
      scope: 'openid',
      code_challenge: 'c'.repeat(43),
      code_challenge_method: 'S256',
      state,
      client_id: app.clientId,
    })

    function expectTooLarge(answer: Answer, limitBytes: number): void {
      expect(answer.status, answer.text).to.equal(413)
      expect(answer.json()).to.include({ error: 'invalid_request' })
      const [, size = 0] = /takes (\d+) bytes/.exec(String(answer.json()['error_description'])) ?? []
      expect(Number(size)).to.be.greaterThan(limitBytes)
      expect(answer.json()['error_description']).to.contain(`at most ${limitBytes} are kept`)
    }

    it('is bounded for a pushed request, and the refusal names size and limit (RFC 9126 §2.3) [S-1.31]', async () => {
      const fits = await app.call('/oauth/par', pushedFields('s'.repeat(7 * KIB)))
      expect(fits.status, fits.text).to.equal(201)
      // Each field for itself is within its limit.
      const large = { ...pushedFields('s'.repeat(8 * KIB)), claims: claimsOf(7 * KIB) }
      expectTooLarge(await app.call('/oauth/par', large), 16 * KIB)
    })

    if (isMounted('device'))
      it('is bounded for a device code', async () => {
        const ask = (length: number) =>
          app.call('/oauth/device', { scope: 'openid', claims: claimsOf(length) })
        expect((await ask(KIB)).status).to.equal(200)
        expectTooLarge(await ask(8000), 8 * KIB)
      })

    it('is bounded for a sign-in page', async () => {
      const ask = (length: number) => {
        const claims = claimsOf(length)
        return stage.send({ to: app.authorizePath({ claims }), headers: { accept: 'text/html' } })
      }
      expect((await ask(4 * KIB)).status).to.equal(303)
      const refused = await app.call('/oauth/authorize', { ...pushedFields('s'.repeat(12 * KIB)) })
      expect([refused.status, refused.headers.location]).to.deep.equal([413, undefined])
    })
  })

function claimsOf(length: number): string {
  return JSON.stringify({ id_token: { email: { value: 'x'.repeat(length) } } })
}
