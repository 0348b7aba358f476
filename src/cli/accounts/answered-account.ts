/** What the API of a server answers about accounts, as far as commands look into it. */
import { z } from 'zod'

export const roles = z.object({ roles: z.array(z.string()) })
export const groupNames = z.object({ items: z.array(z.object({ name: z.string() })) })
export const newEmail = z.object({ email: z.string(), expires_at: z.string() })
export const session = z.looseObject({
  id: z.string(),
  browser: z.string(),
  ip: z.string(),
  amr: z.array(z.string()),
  created_at: z.string(),
  last_seen_at: z.string(),
})
export const app = z.looseObject({
  client_id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  resources: z.record(z.string(), z.array(z.string())),
  granted_at: z.string(),
  last_used_at: z.string().nullable(),
})
export const time = z.string().nullable()
export const factorFields = z.looseObject({
  totp: z.object({ confirmed_at: z.string(), last_used_at: time }).nullable(),
  passkeys: z.array(z.looseObject({ name: z.string(), last_used_at: time })),
  recovery_codes: z.object({ left: z.number(), made_at: z.string() }).nullable(),
  reset: z.object({ requested_at: z.string(), due_at: z.string() }).nullable(),
})
