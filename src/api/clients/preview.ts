/** What a client would see of a person. */
import { z } from 'zod'
import type Provider from 'oidc-provider'
import { findAccountById } from '../../accounts/account.ts'
import { findAccountByLogin } from '../../accounts/username.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { AppError } from '../../platform/errors.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { previewApp } from '../../provider/subjects/app-preview.ts'
import type { Services } from '../../services.ts'
import { common, NO_CLIENT, params, theClient } from './shown-client.ts'

const claims = z.record(z.string(), z.unknown()).nullable()
const previewSchema = z
  .object({
    may_use: z.boolean(),
    reasons: z.array(z.object({ code: z.string(), detail: z.string() })).describe('Why not.'),
    scope: z.string(),
    ignored_scope: z.string().describe('Asked for, and not for this client.'),
    id_token: claims.describe('Its claims about the person. `null` where the client learns nothing.'),
    userinfo: claims,
  })
  .meta({ title: 'Client preview' })

export function previewOperation(services: Services, current: () => Provider): Operation {
  const { db } = services
  return operation({
    ...common,
    id: 'previewClient',
    method: 'get',
    path: '/clients/{client_id}/preview',
    summary: 'Show what a client would see of a person',
    description: 'Nothing is issued. Nobody signs in.',
    scope: 'clients:read',
    furtherScope: 'accounts:read',
    params,
    query: z.strictObject({
      account: z.string().min(1).max(320).describe('The id, the address or the user name.'),
      scope: z.string().max(4000).optional().describe('Leave it out for all that the client may ask for.'),
    }),
    answer: { status: 200, description: 'The preview.', schema: previewSchema },
    problems: {
      ...NO_CLIENT,
      account_not_found: { status: 404, when: 'There is no such account.' },
    },
    async handle({ params: { client_id: id }, query: { account: named, scope } }) {
      const client = await theClient(db, id)
      const accountId = await idOf(db, named)
      return { body: await previewApp(current(), services, { client, accountId, scope }) }
    },
  })
}

/** @throws AppError 404 `account_not_found` */
async function idOf(db: Sql, named: string): Promise<string> {
  const found = (await findAccountById(db, named)) ?? (await findAccountByLogin(db, named))
  if (found) return found.id
  throw new AppError('account_not_found', 404, 'There is no such account.')
}
