/** Every section, in the order of the navigation. */
import { accounts } from './accounts.ts'
import { audit } from './audit.ts'
import { clients, resources } from './clients.ts'
import { groups } from './groups.ts'
import { receivers, webhooks } from './events.ts'
import { limits } from './limits.ts'
import { keys, mails, serverSettings } from './operations.ts'
import { roles } from './roles.ts'
import { invitations, waitingAccounts } from './registration.ts'
import { upstreams } from './upstreams.ts'
import type { Act, Section } from './section.ts'

export const SECTIONS: readonly Section[] = [
  accounts,
  invitations,
  waitingAccounts,
  groups,
  roles,
  clients,
  resources,
  upstreams,
  audit,
  limits,
  mails,
  receivers,
  webhooks,
  keys,
  serverSettings,
]

export function findSection(name: string | undefined): Section | undefined {
  return SECTIONS.find((section) => section.name === name)
}

/** Everything that the pages can do, for the tests that compare them with the API. */
export function actsOf({ create, acts, one }: Section): readonly Act[] {
  return [...(create ? [create] : []), ...acts, ...(one?.parts ?? []).flatMap((part) => part.acts ?? [])]
}
