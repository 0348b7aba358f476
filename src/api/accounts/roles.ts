/** The roles of an account inside this service: list and set. */
import { z } from 'zod'
import { setRoles } from '../../accounts/operator/operator-roles.ts'
import { MOST_ROLES_OF_ACCOUNT, rolesOf } from '../../accounts/roles.ts'
import { byCaller } from '../../operations/bearer.ts'
import { BEYOND, operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { boundsOf } from '../../accounts/roles/caller-bounds.ts'
import { roleName } from '../../accounts/roles/role-name.ts'
import type { Services } from '../../services.ts'
import { common, LAST_ADMIN, NO_ACCOUNT, NO_ROLE, params, theAccount } from './caller.ts'

const shownRoles = z.object({ roles: z.array(z.string()) }).meta({ title: 'Roles' })

export function roleOperations(needs: Services): readonly Operation[] {
  return [listing(needs), setting(needs)]
}

function listing({ db }: Services): Operation {
  return operation({
    ...common,
    id: 'getAccountRoles',
    method: 'get',
    path: '/accounts/{id}/roles',
    summary: 'List the roles of an account',
    scope: 'accounts:read',
    params,
    answer: { status: 200, description: 'The roles.', schema: shownRoles, etag: true },
    problems: NO_ACCOUNT,
    async handle({ params: { id } }) {
      const { id: accountId } = await theAccount(db, id)
      return { body: { roles: await rolesOf(db, accountId) } }
    },
  })
}

function setting(needs: Services): Operation {
  return operation({
    ...common,
    id: 'setAccountRoles',
    method: 'put',
    path: '/accounts/{id}/roles',
    summary: 'Set the roles of an account',
    description: 'Nobody gives or takes a role that allows more than they may do.',
    scope: 'accounts:roles',
    params,
    body: z.strictObject({ roles: z.array(roleName).max(MOST_ROLES_OF_ACCOUNT) }),
    answer: { status: 200, description: 'The roles.', schema: shownRoles, etag: true },
    problems: { ...NO_ACCOUNT, ...NO_ROLE, ...LAST_ADMIN, ...BEYOND },
    async handle(request) {
      const { id } = request.params
      const { roles } = request.body
      const check = (current: readonly string[]) => request.assertMatches({ roles: current })
      const by = { ...byCaller(request), within: await boundsOf(needs.db, request.token) }
      return { body: { roles: await setRoles(needs, id, roles, by, check) } }
    },
  })
}
