/**
 * Mounts the mailbox of development. On loopback everybody may read it, elsewhere only signed-in administrators. `mail`
 * owns the mails.
 */
import type { Feature } from '../../feature.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { isAdministrator } from '../../interaction/member.ts'
import { mailboxRoutes } from '../../mail/mailbox.routes.ts'
import type { Services } from '../../services.ts'

export function mailbox({ config, db }: Services): Feature {
  const { mailbox: readers } = config.mail
  if (readers === 'none') return {}
  return {
    pages({ render, findMember }) {
      const ofAdministrator = async (ctx: AnyContext) => isAdministrator(db, await findMember(ctx))
      const mayRead = readers === 'everybody' ? async () => true : ofAdministrator
      return [mailboxRoutes(db, async (...page) => render(...page), mayRead)]
    },
  }
}
