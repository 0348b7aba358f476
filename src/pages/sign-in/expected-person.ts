/** Finds the person that a sign-in page expects, from the request and this browser, and fills in their address. */
import { decodeJwt } from 'jose'
import { findAccountById } from '../../accounts/account.ts'
import { parameter } from '../../interaction/open-interaction.ts'
import type { Page } from '../../interaction/page.ts'
import type { SignInServices } from './browser-memory.ts'

const OTHER_WANTED = new Set(['id_token_hint', 'claims_id_token_sub_value'])

/** The address of the chosen account, else of the request's hint, of the signed-in person, or typed last. Empty without any. */
export async function expectedEmail(services: SignInServices, { ctx, interaction }: Page): Promise<string> {
  const { session, prompt } = interaction
  const again = prompt.name === 'login' && !isOtherWanted(prompt.reasons) && session?.accountId
  return (
    (await rememberedEmail(services, ctx, ctx.query['account'])) ||
    parameter(interaction, 'login_hint') ||
    (again && (await findAccountById(services.db, again))?.email) ||
    services.typedAddress.read(ctx) ||
    // Shows an address only to a browser where its owner has signed in before. Anybody may hold an ID token.
    (await rememberedEmail(services, ctx, subjectOf(parameter(interaction, 'id_token_hint'))))
  )
}

/** True when the app expects another account than the signed-in one. */
export function isOtherWanted(reasons: readonly string[]): boolean {
  return reasons.some((reason) => OTHER_WANTED.has(reason))
}

async function rememberedEmail(
  { remembered }: SignInServices,
  ctx: Page['ctx'],
  id: unknown,
): Promise<string> {
  if (typeof id !== 'string' || !id) return ''
  return (await remembered.list(ctx)).find((account) => account.id === id)?.email ?? ''
}

/** The account of a hint. The provider has checked its signature. */
function subjectOf(idToken: string): string | undefined {
  return idToken ? decodeJwt(idToken).sub : undefined
}
