/** An upstream, and a connection with one, as the API shows them. Secrets are never shown. */
import { z } from 'zod'
import { timeOf } from '../../operations/shown-account.ts'
import { addressesOf } from '../../upstreams/client/upstream-client.ts'
import type { NamedLink } from '../../upstreams/links.ts'
import { publicFields } from '../../upstreams/upstream-fields.ts'
import { upstreamFields } from '../../upstreams/upstream-input.ts'
import type { Upstream } from '../../upstreams/upstream.ts'

export const common = { tag: 'Other providers', caller: 'administrator' } as const
export const params = z.strictObject({ id: z.string().max(64) })
export const NO_UPSTREAM = {
  upstream_not_found: { status: 404, when: 'There is no upstream with this id.' },
} as const

const address = z.string().nullable()

export const shownUpstream = z
  .object({
    id: z.string().describe('Part of the redirect address.'),
    kind: upstreamFields.kind,
    label: z.string().describe('What people read on the button.'),
    enabled: z.boolean(),
    issuer: address,
    authorization_endpoint: address,
    token_endpoint: address,
    userinfo_endpoint: address,
    emails_endpoint: address,
    client_id: z.string(),
    token_endpoint_auth_method: upstreamFields.token_endpoint_auth_method,
    scope: z.string(),
    parameters: z.record(z.string(), z.string()).describe('Added to the authorization request.'),
    mapping: z.record(z.string(), z.string()).describe('Where its answer has each field.'),
    clients: z.array(z.string()).describe('Only these have the button. Empty: all.'),
    email_domains: z.array(z.string()).describe('Only verified addresses of these may come. Empty: all.'),
    sign_up: upstreamFields.sign_up,
    email_trust: upstreamFields.email_trust,
    trust_mfa: z.boolean(),
    mfa_levels: z.array(z.string()),
    sign_out: upstreamFields.sign_out.describe('Whether a sign-out here goes on at the provider.'),
    frontchannel_logout: z.boolean().describe('Whether a browser may say that somebody signed out there.'),
    redirect_uri: z.string().describe('To be registered at the provider.'),
    post_logout_redirect_uri: z.string().describe('The same, for sign-outs that go on there.'),
    backchannel_logout_uri: z.string().describe('The same, for sign-outs that begin there.'),
    frontchannel_logout_uri: address.describe('The same, for a provider that says so through the browser.'),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ title: 'Upstream' })

export function showUpstream(issuer: string, upstream: Upstream): z.output<typeof shownUpstream> {
  return {
    ...publicFields(upstream),
    ...addressesOf(issuer, upstream),
    created_at: timeOf(upstream.createdAtMs),
    updated_at: timeOf(upstream.updatedAtMs),
  }
}

const shownLink = z
  .object({
    upstream: z.object({ id: z.string(), label: z.string(), enabled: z.boolean() }),
    shown_as: z.string().describe('What the person knows the other account by.'),
    connected_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().nullable(),
  })
  .meta({ title: 'Connection with an upstream' })

export const linkList = z.object({ items: z.array(shownLink) }).meta({ title: 'Connections of an account' })

export function showLinks(links: readonly NamedLink[]): z.output<typeof linkList> {
  const items = links.map(({ upstreamId: id, label, enabled, shownAs, createdAtMs, lastUsedAtMs }) => ({
    upstream: { id, label, enabled },
    shown_as: shownAs,
    connected_at: timeOf(createdAtMs),
    last_used_at: lastUsedAtMs === null ? null : timeOf(lastUsedAtMs),
  }))
  return { items }
}
