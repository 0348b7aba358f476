/** Another address for an account. Who may give one could take the account over by a reset, so it has a scope of its own. */
import { z } from 'zod'
import type { Account } from '../../accounts/account.ts'
import { setAddress } from '../../accounts/operator/operator-address.ts'
import { boundsOf } from '../../accounts/roles/caller-bounds.ts'
import { assertWithin, scopesHeldBy } from '../../accounts/roles/held-scopes.ts'
import { byCaller } from '../../operations/bearer.ts'
import { BEYOND, operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { showAccount, shownAccount } from '../../operations/shown-account.ts'
import type { Services } from '../../services.ts'
import { common, NO_ACCOUNT, params, theAccount } from './caller.ts'

export function emailOperation(needs: Services): Operation {
  return operation({
    ...common,
    id: 'setAccountEmail',
    method: 'put',
    path: '/accounts/{id}/email',
    summary: 'Give an account another address',
    description:
      'Nobody confirms it by mail. Links that were mailed before count no longer. A confirmed address before gets a notice. Sessions stay.',
    scope: 'accounts:email',
    params,
    body: z.strictObject({
      email: z.string().min(1).max(1000),
      email_verified: z.boolean().default(false).describe('You know that the address is this person’s.'),
    }),
    answer: { status: 200, description: 'The changed account.', schema: shownAccount, etag: true },
    problems: {
      ...NO_ACCOUNT,
      ...BEYOND,
      account_exists: { status: 409, when: 'There is an account with this address.' },
      email_invalid: { status: 422, when: 'The e-mail address is not valid.' },
    },
    async handle(request) {
      const { db, config } = needs
      const { id } = request.params
      // A client has no roles that `assertMayChange` could compare.
      assertWithin(await boundsOf(db, request.token), await scopesHeldBy(db, id))
      const { email, email_verified: verified } = request.body
      const expects = (before: Account) => request.assertMatches(showAccount(config, before))
      await setAddress(needs, id, { ...byCaller(request), email, verified }, expects)
      return { body: showAccount(config, await theAccount(db, id)) }
    },
  })
}
