/** An app that a person gave access, as the API shows it. */
import { z } from 'zod'
import type Provider from 'oidc-provider'
import { listConsents } from '../consents/consents.ts'
import type { Consent } from '../consents/consents.ts'
import type { Sql } from '../platform/sql/database.ts'
import { clientNameOf } from '../provider/clients/client-documents.ts'
import { OFFLINE_ACCESS } from '../provider/grants/lifetimes.ts'
import { timeOf } from './shown-account.ts'

export const shownApp = z
  .object({
    client_id: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    resources: z.record(z.string(), z.array(z.string())).describe('Scopes by resource server.'),
    offline: z.boolean().describe('It keeps its access while you are signed out.'),
    granted_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().nullable().describe('When it last got a token, to the hour.'),
  })
  .meta({ title: 'App' })

export type ShownApp = z.output<typeof shownApp>

/** The latest first. */
export async function showApps(sql: Sql, provider: Provider, accountId: string): Promise<ShownApp[]> {
  const consents = await listConsents(sql, accountId)
  return Promise.all(consents.map((one) => showApp(provider, one)))
}

async function showApp(provider: Provider, one: Consent): Promise<ShownApp> {
  return {
    client_id: one.clientId,
    name: await clientNameOf(provider, one.clientId, null),
    scopes: one.scopes,
    resources: one.resources,
    offline: one.scopes.includes(OFFLINE_ACCESS),
    granted_at: timeOf(one.grantedAtMs),
    last_used_at: one.lastUsedAtMs === null ? null : timeOf(one.lastUsedAtMs),
  }
}
