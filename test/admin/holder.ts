/** Somebody with a role, signed in at the administration. */
import type { AdminScope } from '../../src/accounts/roles/admin-scopes.ts'
import { createRole } from '../../src/accounts/roles/roles.ts'
import { visitAdministration } from '../support/administrators.ts'
import type { RunningServer } from '../support/running-server.ts'
import type { Visited } from '../support/visitor.ts'

let count = 0

/** Signed in at /admin with a role of these scopes, or with one that there is. */
export async function holderAt(server: RunningServer, scopes: readonly AdminScope[] | string) {
  const { parts } = server
  const role = typeof scopes === 'string' ? scopes : `role-${(count += 1)}`
  if (typeof scopes !== 'string') await createRole(parts, { name: role, scopes }, { actor: 'cli' })
  const { visitor, person, page: start } = await visitAdministration(server, { role })
  return { visitor, person, role, start }
}

/** The words of a page. */
export function plain({ text }: Pick<Visited, 'text'>): string {
  return text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
}

export function linksOf({ text }: Pick<Visited, 'text'>): string[] {
  return [...text.matchAll(/href="(\/admin[^"]*)"/g)].map(([, href = '']) => href)
}
