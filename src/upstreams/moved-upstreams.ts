/** Upstreams and connections as `export` and `import` move them. Connections come after the accounts that they belong to. */
import { AppError } from '../platform/errors.ts'
import type { MovedTable } from '../platform/sql/moved-table.ts'
import { digest } from '../platform/tokens.ts'
import { noteUpstream } from './upstream-changes.ts'
import { contextOf } from './upstream.ts'

export const MOVED_UPSTREAMS: MovedTable = {
  type: 'upstream',
  plural: 'upstreams',
  table: 'upstreams',
  key: 'id',
  fields: {
    id: { kind: 'text', max: 63 },
    kind: { kind: 'text', max: 8 },
    label: { kind: 'text', max: 100 },
    issuer: { kind: 'text', max: 512, nullable: true },
    endpoints: { kind: 'json' },
    clientId: { kind: 'text', max: 255 },
    clientSecretSealed: { kind: 'sealed', nullable: true, as: 'client_secret' },
    authMethod: { kind: 'text', max: 32 },
    scope: { kind: 'text', max: 1000 },
    parameters: { kind: 'json' },
    mapping: { kind: 'json' },
    clients: { kind: 'json' },
    emailDomains: { kind: 'json' },
    signUp: { kind: 'text', max: 16 },
    emailTrust: { kind: 'text', max: 16 },
    trustMfa: { kind: 'flag' },
    mfaLevels: { kind: 'json' },
    signOut: { kind: 'text', max: 16 },
    frontchannelLogout: { kind: 'flag' },
    enabled: { kind: 'flag' },
    createdAtMs: { kind: 'moment' },
    updatedAtMs: { kind: 'moment' },
  },
  context: ({ id }) => contextOf(String(id)),
  needsSealed: true,
  async arrived(sql, { id, label, kind, enabled, updatedAtMs }) {
    const shown = { id: String(id), label: String(label), enabled: Boolean(enabled) }
    const by = { actor: 'cli', atMs: Number(updatedAtMs) }
    await noteUpstream(sql, 'upstream.created', { ...shown, kind: kind === 'oauth2' ? 'oauth2' : 'oidc' }, by)
  },
}

export const MOVED_LINKS: MovedTable = {
  type: 'upstream_link',
  plural: 'connections with upstreams',
  table: 'upstream_links',
  key: 'id',
  fields: {
    id: { kind: 'text', max: 36 },
    upstreamId: { kind: 'text', max: 63 },
    subjectDigest: { kind: 'text', max: 43 },
    subject: { kind: 'text', max: 255 },
    accountId: { kind: 'text', max: 36 },
    shownAs: { kind: 'text', max: 255 },
    createdAtMs: { kind: 'moment' },
    lastUsedAtMs: { kind: 'moment', nullable: true },
  },
  check({ subject, subjectDigest }) {
    if (digest(String(subject)) !== subjectDigest)
      throw new AppError('subject_digest_wrong', 422, 'The digest is not that of the subject.')
  },
}
