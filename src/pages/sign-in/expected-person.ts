/** Whom a sign-in page expects, as far as the request and this browser tell: their address is filled in. */
import { decodeJwt } from 'jose'
import type { Account } from '../../accounts/account.ts'
import { parameter } from '../../interaction/open-interaction.ts'
import type { Page } from '../../interaction/page.ts'
import type { RememberedAccounts } from './remembered-accounts.ts'

type Needs = {
  remembered: Pick<RememberedAccounts, 'list'>
  findAccount: (id: string) => Promise<Account | undefined>
}

const OTHER_WANTED = new Set(['id_token_hint', 'claims_id_token_sub_value'])

/** The address of the account that was chosen, else the request's hint, else whoever is signed in; empty when nobody. */
export async function expectedEmail(needs: Needs, { ctx, interaction }: Page): Promise<string> {
  const { session, prompt } = interaction
  const again = prompt.name === 'login' && !isOtherWanted(prompt.reasons) && session?.accountId
  return (
    (await rememberedEmail(needs, ctx, ctx.query['account'])) ||
    parameter(interaction, 'login_hint') ||
    (again && (await needs.findAccount(again))?.email) ||
    // An address is shown only to a browser that has seen its owner: an ID token may be in anybody's hands.
    (await rememberedEmail(needs, ctx, subjectOf(parameter(interaction, 'id_token_hint'))))
  )
}

/** The app expects another account than the one that is signed in. */
export function isOtherWanted(reasons: readonly string[]): boolean {
  return reasons.some((reason) => OTHER_WANTED.has(reason))
}

async function rememberedEmail({ remembered }: Needs, ctx: Page['ctx'], id: unknown): Promise<string> {
  if (typeof id !== 'string' || !id) return ''
  return (await remembered.list(ctx)).find((account) => account.id === id)?.email ?? ''
}

/** Of a hint whose signature the provider has checked. */
function subjectOf(idToken: string): string | undefined {
  return idToken ? decodeJwt(idToken).sub : undefined
}
