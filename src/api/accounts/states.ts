/** Disables, enables and unlocks accounts, ends their sessions, and mails resets. Each answers the account as it is then. */
import { accountNotFound } from '../../accounts/account.ts'
import type { Account } from '../../accounts/account.ts'
import { disableAccount, enableAccount, signOutEverywhere } from '../../accounts/account-state.ts'
import type { Actor, Expects } from '../../accounts/account-state.ts'
import { cancelDeletion, requestDeletion } from '../../accounts/life/deletion.ts'
import { verifyAddress } from '../../accounts/operator/operator-address.ts'
import { mailResetLink } from '../../accounts/operator/operator-reset.ts'
import { unlockAccount } from '../../accounts/operator/operator-unlock.ts'
import { planFactorReset, stopFactorReset } from '../../factors/factor-resets.ts'
import { resetFactors } from '../../factors/factors.ts'
import { byCaller } from '../../operations/bearer.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation, Problem } from '../../operations/operation.ts'
import type { ApiScope } from '../../operations/scopes.ts'
import { showAccount, shownAccount } from '../../operations/shown-account.ts'
import type { Services } from '../../services.ts'
import { common, LAST_ADMIN, NO_ACCOUNT, params, theAccount } from './caller.ts'

type Act = {
  id: string
  verb: string
  summary: string
  description?: string
  /** By default `accounts:manage`. */
  scope?: ApiScope
  problems?: Readonly<Record<string, Problem>>
  /** False when there is no such account. */
  run: (needs: Services, accountId: string, by: Actor, expects: Expects) => Promise<boolean>
}

const ACTS: readonly Act[] = [
  {
    id: 'disableAccount',
    verb: 'disable',
    summary: 'Disable an account',
    description: 'Ends all its sessions and access, and blocks its sign-in.',
    problems: LAST_ADMIN,
    run: disableAccount,
  },
  {
    id: 'enableAccount',
    verb: 'enable',
    summary: 'Enable an account',
    description: 'It may sign in again. What has ended stays ended.',
    run: enableAccount,
  },
  {
    id: 'verifyAccount',
    verb: 'verify',
    summary: 'Mark the address of an account as confirmed',
    description:
      'You know that the address is this person’s. What was mailed to confirm it counts no longer.',
    run: verifyAddress,
  },
  {
    id: 'keepAccount',
    verb: 'keep',
    summary: 'Cancel the deletion that a person asked for',
    description: 'The person gets a mail. Succeeds where no deletion waits, too.',
    async run(needs, id, by, expects) {
      await theAccount(needs.db, id)
      await cancelDeletion(needs, id, by, expects)
      return true
    },
  },
  {
    id: 'planAccountDeletion',
    verb: 'plan-deletion',
    summary: 'Plan the deletion of an account',
    description:
      'Ends all its sessions and access at once. The account is deleted some days later (a setting), unless the person signs in before.',
    scope: 'accounts:delete',
    problems: LAST_ADMIN,
    run: async (...given) => (await requestDeletion(...given)) !== undefined,
  },
  {
    id: 'unlockAccount',
    scope: 'accounts:support',
    verb: 'unlock',
    summary: 'Unlock an account',
    description:
      'Takes back the failed sign-ins of the last day, from every address. All servers know it within a second.',
    run: unlockAccount,
  },
  {
    id: 'endAccountSessions',
    scope: 'accounts:support',
    verb: 'end-sessions',
    summary: 'End all sessions and access of an account',
    run: signOutEverywhere,
  },
  {
    id: 'resetAccountFactors',
    verb: 'reset-factors',
    summary: 'Plan to remove all second factors of an account',
    description:
      'For a person who lost them. Mails the owner, who can stop it for a day (a setting). Then it also ends all sessions and access.',
    scope: 'accounts:factors',
    run: async (...given) => (await planFactorReset(...given)) !== undefined,
  },
  {
    id: 'resetAccountFactorsNow',
    verb: 'reset-factors-now',
    summary: 'Remove all second factors of an account at once',
    description:
      'Only where you know that the person asks. Also ends all sessions and access, and mails a notice. The password alone signs in then.',
    scope: 'accounts:factors',
    run: async (needs, id, by, expects) => (await resetFactors(needs, id, by, { expects })) !== undefined,
  },
  {
    id: 'keepAccountFactors',
    verb: 'keep-factors',
    summary: 'Stop the planned reset of second factors',
    scope: 'accounts:factors',
    async run(needs, id, by, expects) {
      await theAccount(needs.db, id)
      await stopFactorReset(needs, id, by, expects)
      return true
    },
  },
  {
    id: 'sendAccountReset',
    scope: 'accounts:support',
    verb: 'send-reset',
    summary: 'Mail the person a link to choose a new password',
    description: 'Nothing ends before it is used.',
    problems: { account_disabled: { status: 409, when: 'The account is disabled.' } },
    async run(needs, id, by, expects) {
      await mailResetLink(needs, id, by, expects)
      return true
    },
  },
]

export function stateOperations(needs: Services): readonly Operation[] {
  return ACTS.map(({ id, verb, summary, description, scope = 'accounts:manage', problems, run }) =>
    operation({
      ...common,
      id,
      method: 'post',
      path: `/accounts/{id}/${verb}`,
      summary,
      ...(description !== undefined && { description }),
      scope,
      params,
      answer: { status: 200, description: 'The account.', schema: shownAccount, etag: true },
      problems: { ...NO_ACCOUNT, ...problems },
      async handle(request) {
        const { id: accountId } = request.params
        const expects = (before: Account) => request.assertMatches(showAccount(needs.config, before))
        if (!(await run(needs, accountId, byCaller(request), expects))) throw accountNotFound()
        return { body: showAccount(needs.config, await theAccount(needs.db, accountId)) }
      },
    }),
  )
}
