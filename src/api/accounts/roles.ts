/** The roles of an account inside this service: list and set. */
import { z } from 'zod'
import { setRoles } from '../../accounts/operator/operator-roles.ts'
import { ROLES } from '../../accounts/role-names.ts'
import { rolesOf } from '../../accounts/roles.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import type { Services } from '../../services.ts'
import { byCaller, common, LAST_ADMIN, NO_ACCOUNT, params, theAccount } from './caller.ts'

const shownRoles = z.object({ roles: z.array(z.enum(ROLES)) }).meta({ title: 'Roles' })

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
    scope: 'accounts:roles',
    params,
    body: z.strictObject({ roles: z.array(z.enum(ROLES)).max(20) }),
    answer: { status: 200, description: 'The roles.', schema: shownRoles, etag: true },
    problems: { ...NO_ACCOUNT, ...LAST_ADMIN },
    async handle(request) {
      const { id } = request.params
      const { roles } = request.body
      const check = (current: readonly string[]) => request.assertMatches({ roles: current })
      return { body: { roles: await setRoles(needs, id, roles, byCaller(request), check) } }
    },
  })
}
