import { expect } from 'chai'
import { onEachDatabase } from '../account-world.ts'
import { A, B, playOn } from './address-orders.ts'

const OTHER = {
  kind: 'oidc',
  label: 'Other',
  endpoints: '{}',
  clientId: 'c',
  authMethod: 'none',
  scope: '',
  parameters: '{}',
  mapping: '{}',
  clients: '[]',
  emailDomains: '[]',
  signUp: 'link',
  emailTrust: 'never',
  trustMfa: false,
  mfaLevels: '[]',
  enabled: true,
  createdAtMs: 0,
  updatedAtMs: 0,
}

onEachDatabase('an undone change of address', (world) => {
  it('leaves nothing of a thief: what was added since it was asked for is gone [S-2.254]', async () => {
    const account = await world().add({ email: A, name: 'Ann Lee' })
    const { play, needs } = playOn(world(), account)
    const accountId = account.id
    const { db } = needs
    const passkey = (id: string, createdAtMs: number) => ({
      id,
      accountId,
      credentialDigest: id,
      credentialId: id,
      userHandle: 'u',
      publicKey: 'k',
      counter: 0,
      transports: '',
      aaguid: '',
      synced: false,
      backedUp: false,
      name: id,
      createdAtMs,
    })
    const connection = (id: string, createdAtMs: number) => ({
      id,
      upstreamId: id,
      subjectDigest: id,
      subject: id,
      accountId,
      shownAs: id,
      createdAtMs,
    })
    const added = async (who: string) => {
      const atMs = needs.clock()
      await db('passkeys').insert(passkey(who, atMs))
      await db('upstreams').insert({ ...OTHER, id: who })
      await db('upstream_links').insert(connection(who, atMs))
      await db('consents').insert({
        accountId,
        clientId: who,
        scopes: '[]',
        claims: '[]',
        resources: '{}',
        grantedAtMs: atMs,
        updatedAtMs: atMs,
      })
      await db('recovery_codes').insert({ accountId, codeDigest: who, createdAtMs: atMs })
    }
    await added('owner')
    await play('ask B')
    await added('early thief')
    await play('confirm B')
    await added('late thief')
    await db('account_totps').insert({
      accountId,
      secretSealed: 's',
      algorithm: 'SHA1',
      digits: 6,
      periodSeconds: 30,
      lastStep: 0,
      createdAtMs: needs.clock(),
      confirmedAtMs: needs.clock(),
    })
    await db('factor_resets').insert({
      accountId,
      requestedBy: 'cli',
      requestedAtMs: needs.clock(),
      dueAtMs: needs.clock() + 1,
      tokenDigest: 't',
    })
    const later = {
      purpose: 'disown',
      emailCanonical: B,
      codeDigest: '',
      attempts: 0,
      createdAtMs: needs.clock(),
    }
    await db('one_time_tokens').insert({ ...later, accountId, digest: 'd', expiresAtMs: needs.clock() + 1e9 })
    await db('trusted_browsers').insert({
      id: 't',
      accountId,
      secretDigest: 's',
      browser: 'b',
      trustedAtMs: needs.clock(),
      expiresAtMs: needs.clock() + 1e9,
    })
    await play('undo to A')
    const left = async (table: string, column: string) => {
      const rows: Record<string, unknown>[] = await db(table).where({ accountId }).select(column)
      return rows.map((row) => row[column])
    }
    expect(await left('passkeys', 'id')).to.eql(['owner'])
    expect(await left('upstream_links', 'id')).to.eql(['owner'])
    expect(await left('consents', 'clientId')).to.eql(['owner'])
    expect(await left('recovery_codes', 'codeDigest')).to.eql(['owner'])
    for (const table of ['account_totps', 'factor_resets', 'trusted_browsers'])
      expect(await left(table, 'accountId'), table).to.eql([])
    expect(await db('one_time_tokens').where({ accountId, purpose: 'disown' }).pluck('digest')).to.eql([])
    const noted: string[] = await db('audit_events').where({ accountId }).orderBy('id').pluck('action')
    expect(noted.filter((action) => action === 'factor.removed')).to.have.length(3)
    expect(noted.filter((action) => action === 'upstream.disconnected')).to.have.length(2)
  })
})
