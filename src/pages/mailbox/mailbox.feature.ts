/**
 * Mounts the mailbox of development. On loopback everybody may read it, elsewhere only signed-in administrators. `mail`
 * owns the mails.
 */
import { hasRole } from '../../accounts/roles.ts'
import type { Feature } from '../../feature.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { mailboxRoutes } from '../../mail/mailbox.routes.ts'
import type { Services } from '../../services.ts'

export function mailbox({ config, db }: Services): Feature {
  const { mailbox: readers } = config.mail
  if (readers === 'none') return {}
  return {
    pages({ render, findMember }) {
      const isAdministrator = async (ctx: AnyContext) => {
        const member = await findMember(ctx)
        return member !== undefined && (await hasRole(db, member.account.id, 'admin'))
      }
      const mayRead = readers === 'everybody' ? async () => true : isAdministrator
      return [mailboxRoutes(db, async (...page) => render(...page), mayRead)]
    },
  }
}
