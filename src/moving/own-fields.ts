/** What only our own export says of an account: exact moments, roles, consents, sealed factors. */
import { z } from 'zod'
import { parsed } from './incoming.ts'
import type { Incoming, Own } from './incoming.ts'

const moment = z.iso
  .datetime()
  .nullish()
  .transform((text) => (text ? Date.parse(text) : undefined))

const consent = z.object({
  client_id: z.string().min(1).max(255),
  scopes: z.array(z.string()),
  claims: z.array(z.string()),
  resources: z.record(z.string(), z.array(z.string())),
  client_pin: z
    .object({ digest: z.string(), name: z.string(), redirectUris: z.array(z.string()) })
    .nullable(),
  granted_at: z.iso.datetime().transform((text) => Date.parse(text)),
  updated_at: z.iso.datetime().transform((text) => Date.parse(text)),
  last_used_at: moment,
})

const ownFields = z.object({
  email_verified_at: moment,
  disabled_at: moment,
  delete_at: moment,
  password_changed_at: moment,
  sessions_valid_from: moment,
  updated_at: moment,
  self_registered: z.boolean().optional(),
  new_password_due: z.boolean().optional(),
  second_factor_due: z.boolean().optional(),
  terms_version: z.string().max(64).nullish(),
  terms_accepted_at: moment,
  username_signs_in: z.boolean().optional(),
  roles: z.array(z.string()).default([]),
  consents: z.array(consent).default([]),
  factors: z.string().nullish(),
})

/** @throws NotReadable */
export function readOwn(
  value: Readonly<Record<string, unknown>>,
): { own: Own; consents: Incoming['consents'] } | undefined {
  if (value['type'] !== 'account') return undefined
  const data = parsed(ownFields, value)
  const own = {
    emailVerifiedAtMs: data.email_verified_at,
    disabledAtMs: data.disabled_at,
    deleteAtMs: data.delete_at,
    passwordChangedAtMs: data.password_changed_at,
    sessionsValidFromMs: data.sessions_valid_from,
    updatedAtMs: data.updated_at,
    selfRegistered: data.self_registered,
    newPasswordDue: data.new_password_due,
    secondFactorDue: data.second_factor_due,
    termsVersion: data.terms_version ?? undefined,
    termsAcceptedAtMs: data.terms_accepted_at,
    usernameSignsIn: data.username_signs_in,
    roles: data.roles,
    sealedFactors: data.factors,
  }
  const consents = data.consents.map((one) => ({
    clientId: one.client_id,
    scopes: one.scopes,
    claims: one.claims,
    resources: one.resources,
    clientPin: one.client_pin,
    grantedAtMs: one.granted_at,
    updatedAtMs: one.updated_at,
    lastUsedAtMs: one.last_used_at ?? null,
  }))
  return { own, consents }
}
