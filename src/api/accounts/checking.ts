/** Whether there is an account: by its exact address or user name, for programs that name people to one another. */
import { z } from 'zod'
import { isVerified } from '../../accounts/account.ts'
import type { Account } from '../../accounts/account.ts'
import { findAccountByLogin } from '../../accounts/username.ts'
import { takeClientRequest } from '../../attempts/account-limits.ts'
import { recordAudit } from '../../audit/audit.ts'
import { actorOf } from '../../operations/bearer.ts'
import { operation } from '../../operations/operation.ts'
import type { ApiToken, Operation } from '../../operations/operation.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'

export function checkingOperations(needs: Services): readonly Operation[] {
  return [
    operation({
      id: 'checkUser',
      method: 'post',
      path: '/accounts/check',
      tag: 'Accounts',
      summary: 'Look an account up by its exact address or user name',
      description:
        'For accounts that may sign in to apps. Each look-up is in the audit trail, and counts for the limit of its client.',
      scope: 'accounts:check',
      caller: 'program',
      limited: true,
      body: z.strictObject({
        login: z.string().min(1).max(1000).describe('An e-mail address or a user name.'),
      }),
      answer: { status: 200, description: 'There is one.', schema: z.object({ sub: z.string() }) },
      problems: { account_not_found: { status: 404, when: 'There is none, or it may not sign in.' } },
      async handle({ body: { login }, token, ip }) {
        await takeClientRequest(needs, 'check', token.clientId, needs.clock())
        const found = await findAccountByLogin(needs.db, login)
        const account = found && isKnown(needs, found) ? found : undefined
        await audit(needs, token, account, ip)
        if (!account) throw new AppError('account_not_found', 404, 'There is no account with this name.')
        return { body: { sub: account.id } }
      },
    }),
  ]
}

/** To other programs, an account is one that can sign in to apps. An unproven address may be a stranger's. */
function isKnown({ config }: Services, account: Account): boolean {
  if (account.disabledAtMs !== null) return false
  return isVerified(account) || config.accounts.unverifiedAccountsMayAuthorize
}

async function audit(needs: Services, token: ApiToken, account: Account | undefined, ip: string) {
  await recordAudit(needs.db, {
    atMs: needs.clock(),
    action: 'account.checked',
    actor: actorOf(token),
    accountId: account?.id,
    ip,
    detail: { clientId: token.clientId, found: account !== undefined },
  })
}
