/** Deletes one's own account, after the days in which a sign-in keeps it. */
import { z } from 'zod'
import { accountNotFound } from '../../accounts/account.ts'
import { requestDeletion } from '../../accounts/life/deletion.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { timeOf } from '../../operations/shown-account.ts'
import type { Services } from '../../services.ts'
import { common, ownerOf } from './owner.ts'
import { assertProven, proof, PROOF_PROBLEMS, RECENT_SIGN_IN_SECONDS } from './proof.ts'

const requested = z
  .object({ delete_at: z.iso.datetime().describe('A sign-in before then keeps the account.') })
  .meta({ title: 'RequestedDeletion' })

export function deletionOperations(needs: Services): readonly Operation[] {
  return [
    operation({
      ...common,
      id: 'deleteOwnAccount',
      method: 'post',
      path: '/account/delete',
      summary: 'Delete your account',
      description:
        'Ends all sessions and access at once, also this token. The account is deleted some days later, unless you sign in before.',
      scope: 'account:delete',
      signInSeconds: RECENT_SIGN_IN_SECONDS,
      body: proof,
      answer: { status: 202, description: 'When it is deleted.', schema: requested },
      problems: {
        ...PROOF_PROBLEMS,
        last_admin: { status: 409, when: 'You are the last administrator. Appoint another one first.' },
        account_not_found: { status: 404, when: 'The account was deleted meanwhile.' },
      },
      async handle(request) {
        await assertProven(needs, request)
        const { id } = ownerOf(request.token)
        const done = await requestDeletion(needs, id, { actor: id, ip: request.ip })
        if (!done) throw accountNotFound()
        return { body: { delete_at: timeOf(done.deleteAtMs) } }
      },
    }),
  ]
}
