import type { Account } from '../../../src/accounts/account.ts'
import { tell } from '../../provider/refusals/told.ts'
import type { Fields, Party } from '../../provider/relying-party.ts'
import { sqliteStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { CIBA_GRANT, registerAsker } from './asker.ts'

describe('the answer to a refused backchannel request says why', function () {
  let stage: Stage
  let app: Party
  let person: Account

  before(async () => {
    stage = await sqliteStage()
    app = await registerAsker(stage, { grant_types: [CIBA_GRANT] })
    person = await stage.person()
  })

  const ask = (given: Fields) => app.call('/oauth/backchannel', given)
  const NOBODY = 'nobody@example.com'

  tell(
    [
      ['no scope', () => ask({ login_hint: NOBODY }), 400, 'invalid_request', /'scope'/],
      [
        'an unknown scope',
        () => ask({ scope: 'openid contacts', login_hint: NOBODY }),
        400,
        'invalid_scope',
        /scope contacts is not one/,
      ],
      [
        'an unknown auth_req_id',
        () => app.call('/oauth/token', { grant_type: CIBA_GRANT, auth_req_id: 'x' }),
        400,
        'invalid_grant',
        /auth_req_id is unknown/,
      ],
      ['nobody is named', () => ask({ scope: 'openid' }), 400, 'invalid_request', /send login_hint/],
      [
        'nobody known is named',
        () => ask({ scope: 'openid', login_hint: NOBODY }),
        400,
        'unknown_user_id',
        /e-mail address of an account/,
      ],
      [
        'a wrong expiry',
        () => ask({ scope: 'openid', login_hint: person.email, requested_expiry: 'x' }),
        400,
        'invalid_request',
        /requested_expiry takes.*got x/,
      ],
    ],
    () => stage,
  )
})
