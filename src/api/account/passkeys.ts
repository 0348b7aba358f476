/** One's own passkeys: give one a name, and remove one. A browser adds them, on the pages of this server. */
import { z } from 'zod'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { showPasskey } from '../../operations/shown-factors.ts'
import { removePasskey, renamePasskey } from '../../passkeys/adding.ts'
import { LONGEST_NAME } from '../../accounts/passkeys/passkey.ts'
import type { Passkey } from '../../accounts/passkeys/passkey.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { common, ownerOf } from './owner.ts'
import { assertFactorProven, proof, PROOF_PROBLEMS, RECENT_SIGN_IN_SECONDS } from './proof.ts'

const params = z.strictObject({ id: z.string().max(36) })
const NO_PASSKEY = { passkey_not_found: { status: 404, when: 'You have no passkey with this id.' } } as const

export function passkeyOperations(needs: Services): readonly Operation[] {
  return [renaming(needs), removing(needs)]
}

function renaming(needs: Services): Operation {
  return operation({
    ...common,
    id: 'renameOwnPasskey',
    method: 'patch',
    path: '/account/factors/passkeys/{id}',
    summary: 'Rename a passkey',
    scope: 'account:factors',
    params,
    body: z.strictObject({ name: z.string().trim().min(1).max(LONGEST_NAME) }),
    answer: { status: 204, description: 'The passkey has the name.' },
    problems: NO_PASSKEY,
    async handle({ params: { id }, body: { name }, token, ip, assertMatches }) {
      const { id: accountId } = ownerOf(token)
      const expects = (before: Passkey) => assertMatches(showPasskey(before))
      if (!(await renamePasskey(needs, { accountId, id, name }, { actor: accountId, ip }, expects)))
        throw passkeyNotFound()
      return { body: undefined }
    },
  })
}

function removing(needs: Services): Operation {
  return operation({
    ...common,
    id: 'removeOwnPasskey',
    method: 'post',
    path: '/account/factors/passkeys/{id}/remove',
    summary: 'Remove a passkey',
    description: 'Without any other factor, the password alone signs in then. Mails a notice to the person.',
    scope: 'account:factors',
    signInSeconds: RECENT_SIGN_IN_SECONDS,
    params,
    body: proof,
    answer: { status: 204, description: 'The passkey is removed.' },
    problems: {
      ...PROOF_PROBLEMS,
      ...NO_PASSKEY,
      last_way_in: { status: 409, when: 'The account has no password, and no other passkey.' },
    },
    async handle(request) {
      await assertFactorProven(needs, request)
      const { params: given, token, ip } = request
      const { id: accountId } = ownerOf(token)
      if (!(await removePasskey(needs, { accountId, id: given.id }, { actor: accountId, ip })))
        throw passkeyNotFound()
      return { body: undefined }
    },
  })
}

function passkeyNotFound(): AppError {
  return new AppError('passkey_not_found', 404, 'You have no passkey with this id.')
}
