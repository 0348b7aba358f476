import { expect } from 'chai'
import { tell } from '../../provider/refusals/told.ts'
import { register } from '../../provider/relying-party.ts'
import type { Fields, Party } from '../../provider/relying-party.ts'
import { sqliteStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { DEVICE_GRANT } from './device-code.ts'

describe('the answer to a refused device says why', function () {
  let stage: Stage
  let app: Party
  let tv: Party

  before(async () => {
    stage = await sqliteStage()
    app = await register(stage)
    tv = await register(stage, { redirect_uris: [], grant_types: [DEVICE_GRANT] })
  })

  const begin = (scope: string, party = tv) => party.call('/oauth/device', { scope })
  const poll = (given: Fields = {}) => tv.call('/oauth/token', { grant_type: DEVICE_GRANT, ...given })

  tell(
    [
      [
        'a client for the web asks for a device code',
        () => begin('openid', app),
        400,
        'unauthorized_client',
        /grant_types/,
      ],
      [
        'scopes with commas',
        () => begin('openid,email'),
        400,
        'invalid_scope',
        /by spaces, not by commas; got openid,email/,
      ],
      [
        'an unknown scope',
        () => begin('openid contacts'),
        400,
        'invalid_scope',
        /scope contacts is not one.*takes openid/,
      ],
      [
        'an unknown device code',
        () => poll({ device_code: 'x' }),
        400,
        'invalid_grant',
        /device_code is unknown/,
      ],
      ['no device code', () => poll(), 400, 'invalid_request', /'device_code'/],
    ],
    () => stage,
  )

  it('says to ask again, and to ask less often', async () => {
    const { device_code: code } = (await begin('openid')).json()
    const first = (await poll({ device_code: String(code) })).json()
    expect(first['error']).to.equal('authorization_pending')
    expect(first['error_description']).to.match(/after interval seconds/)
    const second = (await poll({ device_code: String(code) })).json()
    expect(second['error']).to.equal('slow_down')
    expect(second['error_description']).to.match(/5 seconds longer/)
  })
})
