/**
 * Answers an app's request with a sign-in that ended on another page of ours, such as a registration. The address that
 * leads back carries a seal. It names the request and the browser's session, so it is of no use anywhere else.
 */
import { z } from 'zod'
import { readSession } from '../provider/sessions/browser-session.ts'
import type { Oidc } from '../provider/contract/current-provider.ts'
import type { Services } from '../services.ts'
import { resume } from './page.ts'
import type { Page } from './page.ts'

export type SignedInAnswers = {
  /** `path`: of the interaction. Answers the address that takes this sign-in. */
  lead: (path: string, sessionUid: string) => string
  /** True when the request was answered, and the browser is on its way. */
  take: (oidc: Oidc, page: Page) => Promise<boolean>
}

const FIELD = 'signed-in'
const CONTEXT = 'signed-in-answer'
const answer = z.object({ of: z.string(), sessionUid: z.string() })

export function createSignedInAnswers({ sealer }: Pick<Services, 'sealer'>): SignedInAnswers {
  return {
    lead(path, sessionUid) {
      const [address = '', query] = path.split('?')
      const of = address.split('/')[2] ?? ''
      const fields = new URLSearchParams(query)
      fields.set(FIELD, sealer.seal(JSON.stringify({ of, sessionUid }), CONTEXT))
      return `${address}?${fields}`
    },
    async take(oidc, page) {
      const { ctx, interaction, uid } = page
      const sealed = ctx.query[FIELD]
      const opened = typeof sealed === 'string' ? sealer.open(sealed, CONTEXT) : undefined
      const { data } = answer.safeParse(opened && JSON.parse(opened))
      // A request that this sign-in does not satisfy asks again, and is not answered twice.
      if (!data || data.of !== uid || interaction.lastSubmission?.['login']) return false
      const session = await readSession(oidc.current(), ctx)
      if (!session.accountId || session.uid !== data.sessionUid) return false
      const { accountId, amr, loginTs: ts } = session
      const { name } = interaction.prompt
      if (name !== 'login' && name !== 'create' && name !== 'select_account') return false
      const answered = name === 'login' ? {} : { [name]: {} }
      const query = new URLSearchParams(page.query)
      query.delete(FIELD)
      const login = { accountId, remember: true, ...(amr && { amr }), ...(ts && { ts }) }
      await resume(oidc, { ...page, query: `?${query}` }, { login, ...answered })
      return true
    },
  }
}
