/** The step of `prompt=create` (Initiating User Registration via OpenID Connect 1.0). */
import { repeatable } from '../../provider/requests/repeatable-request.ts'
import { parameter } from '../../interaction/open-interaction.ts'
import { redirect, returnQuery } from '../../interaction/page.ts'
import type { Page, StepPages } from '../../interaction/page.ts'

/** Leads to the sign-up page, and from there back to the sign-in, where nobody has to register again. */
export function createAccountPages({
  pageUrl,
}: {
  pageUrl: (uid: string, parameters: Record<string, unknown>) => string
}): StepPages {
  const show = async ({ ctx, interaction, uid }: Page): Promise<void> => {
    const prompts = parameter(interaction, 'prompt').split(' ')
    const prompt = prompts.filter((name) => name !== 'create').join(' ') || undefined
    const address = pageUrl(uid, { ...repeatable(interaction), prompt })
    const hint = parameter(interaction, 'login_hint')
    const query = returnQuery(uid, address.slice(address.indexOf('?')), hint ? { email: hint } : {})
    redirect(ctx, `/register${query}`)
  }
  return { show, submit: show }
}
