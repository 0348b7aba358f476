/** Requests about roles: some that succeed, and some that are refused in a way of their own. */
import type { Request } from './good-requests.ts'

type Make = () => Promise<Request>

let count = 0

export function roleRequests({
  own,
  created,
}: {
  /** The token of a program. */
  own: string
  created: (path: string, body: Record<string, unknown>) => Promise<Record<string, unknown>>
}): { good: Record<string, Make>; refused: Record<string, Make> } {
  const anyRole = () => `role-${Date.now()}-${(count += 1)}`
  const onRole =
    (body?: Record<string, unknown>): Make =>
    async () => {
      const { name } = await created('/roles', { name: anyRole() })
      return { path: `/roles/${String(name)}`, token: own, ...(body && { body }) }
    }
  const sent = (body: Record<string, unknown>): Request => ({ path: '/roles', token: own, body })
  const builtIn = (body?: Record<string, unknown>) => async () => ({
    path: '/roles/admin',
    token: own,
    ...(body && { body }),
  })
  return {
    good: {
      listRoles: async () => ({ path: '/roles', token: own }),
      createRole: async () => sent({ name: anyRole(), description: 'Reads', scopes: ['audit:read'] }),
      getRole: onRole(),
      updateRole: onRole({ scopes: ['audit:read'] }),
      deleteRole: onRole(),
    },
    refused: {
      'createRole 409': async () => sent({ name: 'support' }),
      'createRole 422': async () => sent({ name: 'Two words' }),
      'updateRole 409': builtIn({ description: 'Mine' }),
      'updateRole 422': onRole({ description: 'Two\nlines' }),
      'deleteRole 409': builtIn(),
    },
  }
}
